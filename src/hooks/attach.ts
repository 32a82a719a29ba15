import { className, describe, mismatch } from '../check/index.ts';
import { type AttachOptions, checkAttachOptions } from './attach-options.ts';
import { accessorOf, checkMethod } from './check-method.ts';
import type { Target } from './core/call-hook.ts';
import { hookTable } from './core/hook-table.ts';
import { callSync } from './core/pipeline.ts';
import { callAsync } from './core/pipeline-async.ts';
import { isInPlace, putProperty, restoreProperty } from './core/replace-property.ts';
import { warn } from './core/report-error.ts';
import { Hookable } from './hookable.ts';

type Method = (...inputs: never[]) => unknown;

/** The keys of the methods of an object. */
export type MethodName<O> = { [K in keyof O]-?: NonNullable<O[K]> extends Method ? K : never }[keyof O];

interface Installation {
  readonly interceptor: Method;
  /** The method as it was when it was intercepted. */
  readonly original: Method;
  /**
   * `forward` is the method that the interceptor replaces. An inherited method, or one from a getter, is looked up at each
   * call, since the prototype may have been hooked or changed.
   */
  readonly callee: { readonly forward: Method };
  readonly descriptor: PropertyDescriptor;
  /** The own property before; undefined if there was none. */
  readonly found: PropertyDescriptor | undefined;
}

/**
 * One method of one object as a Hookable. Calling it calls the method on that object, with hooks. Made by
 * {@link attach}.
 */
export class AttachedMethod<F extends Method = Method> extends Hookable {
  static readonly className: string = 'AttachedMethod';
  readonly #object: Record<PropertyKey, Method>;
  readonly #method: PropertyKey;
  readonly #name: string;
  readonly #target: Target;
  readonly #options: AttachOptions;
  /** Defined while something is registered. Interceptors of earlier installations pass calls on. */
  #installed: Installation | undefined;
  /** An interceptor that could not be removed, because the object was frozen. */
  #stuck: Installation | undefined;
  /**
   * True while {@link forward} runs a function that lies over the interceptor, and calls it; and while the hooks of a method of
   * the console run, which may log with it. Hooks must not run again then.
   */
  #passing = false;

  constructor(object: object, method: PropertyKey, options: AttachOptions) {
    super({ ...options, receiver: object, install: () => this.#install(), uninstall: () => this.#uninstall() });
    this.#object = object as Record<PropertyKey, Method>;
    this.#method = method;
    this.#options = options;
    this.#name = options.name ?? `${className(object)}.${String(method)}`;
    const table = hookTable(this);
    this.#target = { module: this, table, callee: this, mapInputs: undefined, calls: undefined };
  }

  /** Calls the method without hooks. */
  forward(...inputs: Parameters<F>): ReturnType<F> {
    const [object, installed, before] = [this.#object, this.#installed, this.#passing];
    const current = object[this.#method]!;
    // A method that calls itself calls the interceptor, which runs the hooks for each call.
    if (current === installed?.interceptor) {
      return Reflect.apply(installed.callee.forward, object, inputs) as ReturnType<F>;
    }
    this.#passing = true;
    try {
      return Reflect.apply(current, object, inputs) as ReturnType<F>;
    } finally {
      this.#passing = before;
    }
  }

  override *namedChildren(): Generator<[string, Hookable]> {
    yield* this.#options.children?.() ?? super.namedChildren();
  }

  override toString(): string {
    return this.#name;
  }

  /** @throws TypeError unless the options are those that it was attached with */
  checkSameOptions(options: AttachOptions): void {
    for (const key of Object.keys(options) as (keyof AttachOptions)[]) {
      const [came, is] = [options[key], this.#options[key]];
      if (came === undefined || came === (is ?? (key === 'async' ? false : undefined))) continue;
      const other = ['object', 'function'].includes(typeof is)
        ? `another object as its ${key}\n  expected: the same one; make the ${key} once, and give it to every attach()`
        : `option ${key} ${describe(is)}; got ${describe(came)}`;
      throw new TypeError(`attach(): ${this} is attached already, with ${other}`);
    }
  }

  /** Whether callers of the method reach the interceptor. */
  #isInPlace(installation: Installation | undefined): installation is Installation {
    return installation !== undefined && isInPlace(this.#object, this.#method, installation.descriptor);
  }

  /** Puts an interceptor in place, or a new one around a function that has replaced it. */
  #install(): void {
    if (this.#isInPlace(this.#installed)) return;
    if (this.#isInPlace(this.#stuck)) {
      this.#installed = this.#stuck;
      return;
    }
    const [object, method] = [this.#object, this.#method];
    checkMethod(`${this} cannot be hooked any more`, object, method);
    const found = Object.getOwnPropertyDescriptor(object, method);
    const installation = this.#intercept(object[method]!, found);
    putProperty(this.#name, object, method, installation.descriptor);
    if (!reaches(object[method]!, installation.interceptor)) {
      restoreProperty(object, method, installation.descriptor, found);
      throw new TypeError(
        `${this.#name} cannot be intercepted: the object gives another function when it is read; attach to the object behind its Proxy`,
      );
    }
    if (this.#installed !== undefined) this.#restore(this.#installed);
    this.#installed = installation;
  }

  #intercept(original: Method, found: PropertyDescriptor | undefined): Installation {
    const run: typeof callSync = this.#options.async === true ? callAsync : callSync;
    const call = this.#object === (console as object) ? this.#withoutReentry(run) : run;
    const accessor = accessorOf(this.#object, this.#method);
    const callee = this.#calleeOf(original, found);
    const target: Target = { ...this.#target, callee };
    const isCurrent = () => this.#installed === installation && !this.#passing;
    // Others may have kept or wrapped an interceptor that is no longer installed: it passes calls on.
    const interceptor = function (this: unknown, ...inputs: unknown[]): unknown {
      if (new.target !== undefined) return Reflect.construct(callee.forward, inputs, new.target);
      return target.table.active && isCurrent()
        ? call(target, this, target.table.calls++, ...inputs)
        : Reflect.apply(callee.forward, this, inputs);
    } as Method;
    for (const key of ['name', 'length'] as const) {
      Object.defineProperty(interceptor, key, { value: original[key], configurable: true });
    }
    // A function may be called with new.
    interceptor.prototype = original.prototype;
    // Properties of the method, such as the cache of a memoized function, are read through the interceptor.
    Object.setPrototypeOf(interceptor, original);
    // An assignment still calls the setter.
    const descriptor: PropertyDescriptor = {
      ...(accessor ? { ...accessor, get: () => interceptor } : { value: interceptor, writable: true }),
      configurable: true,
      enumerable: false,
    };
    const installation = { interceptor, original, callee, descriptor, found };
    return installation;
  }

  #withoutReentry(run: typeof callSync): typeof callSync {
    return (...call) => {
      this.#passing = true;
      try {
        return run(...call);
      } finally {
        this.#passing = false;
      }
    };
  }

  #calleeOf(original: Method, found: PropertyDescriptor | undefined): Installation['callee'] {
    if (found !== undefined && found.get === undefined) return { forward: original };
    const [object, method] = [this.#object, this.#method];
    return {
      get forward() {
        // With the object as the receiver, since a getter may read its fields.
        return found === undefined
          ? Reflect.get(Object.getPrototypeOf(object), method, object)
          : Reflect.apply(found.get!, object, []);
      },
    };
  }

  #uninstall(): void {
    const installation = this.#installed;
    this.#installed = undefined;
    if (installation === undefined) return;
    this.#restore(installation);
    moveProperties(installation.interceptor, installation.original);
  }

  /** Puts the property back as it was found; if another interceptor has replaced this one, once that is undone. */
  #restore(installation: Installation): void {
    restoreProperty(this.#object, this.#method, installation.descriptor, installation.found, () => {
      if (this.#stuck === installation) return;
      this.#stuck = installation;
      warn(
        `${this} cannot be put back: its object has been frozen or sealed. Its interceptor stays, and passes every call on`,
      );
    });
  }
}

/** Whether calling a function that was read calls the interceptor. A Proxy may bind what it gives. */
const reaches = (read: Method, interceptor: Method) => read === interceptor || String(read?.name).startsWith('bound ');

/** Gives a method the properties that it was assigned while it was hooked, such as a memoized function's count. */
function moveProperties(interceptor: Method, original: Method): void {
  for (const key of Reflect.ownKeys(interceptor)) {
    if (key === 'name' || key === 'length' || key === 'prototype') continue;
    Reflect.defineProperty(original, key, Object.getOwnPropertyDescriptor(interceptor, key)!);
  }
}

const attached = new WeakMap<object, Map<PropertyKey, AttachedMethod>>();

/**
 * Puts hooks on any method of any object; every caller of `object[method]` runs them. The first registration replaces
 * the property, and the removal of the last one puts it back, descriptor included. Attaching twice gives the same Hookable.
 * An inherited method is intercepted on this object alone. Attached on a prototype, it is intercepted on all instances,
 * and `receiver` is the instance that was called. If another method replaces the interceptor, the next registration
 * intercepts that one.
 * @example
 * const handle = attach(model, 'predict').registerForwardHook((_, inputs, output) => console.log(output.shape));
 * @param method a key of the object. Direct calls of a function cannot be intercepted, only those through an object:
 *   `const api = { fn }; attach(api, 'fn')`, then `api.fn(x)`
 * @throws TypeError if there is no such method, with the nearest names, if the property cannot be changed, for methods that every function has
 *   (`call`, `apply`), for unknown options, and for other options than the method is attached with already
 */
export function attach<O extends object, K extends MethodName<O>>(
  object: O,
  method: K,
  options?: AttachOptions,
): AttachedMethod<Extract<O[K], Method>>;
// For an object whose type is `this` or a type parameter: the keys of its methods are not known.
export function attach<O extends object, K extends keyof O>(
  object: O & { readonly [P in K]?: Method | undefined },
  method: K,
  options?: AttachOptions,
): AttachedMethod<Extract<O[K], Method>>;
export function attach(object: object, method: PropertyKey, options: AttachOptions = {}): AttachedMethod {
  if (object === null || (typeof object !== 'object' && typeof object !== 'function')) {
    throw mismatch('attach()', 'the first argument', 'an object', object);
  }
  checkAttachOptions(options);
  // A number names the same property as its text.
  const key = typeof method === 'number' ? String(method) : method;
  const methods = attached.get(object) ?? new Map<PropertyKey, AttachedMethod>();
  let hookable = methods.get(key);
  if (hookable === undefined) {
    checkMethod('attach()', object, key);
    hookable = new AttachedMethod(object, key, { ...options });
    methods.set(key, hookable);
    attached.set(object, methods);
  } else {
    hookable.checkSameOptions(options);
  }
  return hookable;
}
