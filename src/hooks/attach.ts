import { checkOptions } from './check-arguments.ts';
import { className, describe } from './describe.ts';
import { hookTable } from './hook-table.ts';
import { Hookable } from './hookable.ts';
import { callAsync, callSync, type Target } from './pipeline.ts';
import type { TensorReader } from './reader.ts';

type Method = (...inputs: never[]) => unknown;

/** The keys of an object under which it has a method. */
export type MethodName<O> = { [K in keyof O]: O[K] extends Method ? K : never }[keyof O];

export interface AttachOptions {
  /** What `String(hookable)` and error messages call it. Default `Class.method`. */
  name?: string;
  /** How the method's outputs are read as tensors; without one, a hook's replacement is not checked. */
  reader?: TensorReader;
  /** Whether every call gives a promise; pre-hooks may wait there. Default false. */
  async?: boolean;
}

/**
 * One method of one object as a Hookable. Calling it calls the method on that object, with hooks around it.
 * Made by {@link attach}.
 */
export class AttachedMethod<F extends Method = Method> extends Hookable {
  static readonly className: string = 'AttachedMethod';
  readonly #object: Record<PropertyKey, Method>;
  readonly #method: PropertyKey;
  readonly #name: string;
  readonly #target: Target;
  readonly #options: AttachOptions;
  /** While something is registered: what stood there before, and what stands there now. */
  #installed: { original: Method; interceptor: Method; found: PropertyDescriptor | undefined } | undefined;

  constructor(object: object, method: PropertyKey, options: AttachOptions) {
    super(options);
    this.#object = object as Record<PropertyKey, Method>;
    this.#method = method;
    this.#options = options;
    this.#name = options.name ?? `${className(object)}.${String(method)}`;
    const table = hookTable(this);
    this.#target = { module: this, table, source: this };
    table.onActive = (active) => (active ? this.#install() : this.#uninstall());
  }

  /** Calls the method itself, without hooks. */
  forward(...inputs: Parameters<F>): ReturnType<F> {
    const original = this.#installed?.original ?? this.#object[this.#method]!;
    return Reflect.apply(original, this.#object, inputs) as ReturnType<F>;
  }

  override toString(): string {
    return this.#name;
  }

  /** @throws TypeError where these options are not the ones that it was attached with */
  checkSameOptions(options: AttachOptions): void {
    for (const key of Object.keys(options) as (keyof AttachOptions)[]) {
      if (options[key] === undefined || options[key] === (this.#options[key] ?? (key === 'async' ? false : undefined)))
        continue;
      const [came, is] = [describe(options[key]), describe(this.#options[key])];
      throw new TypeError(`attach(): ${this} is attached already, with option ${key} ${is}; got ${came}`);
    }
  }

  #install(): void {
    const [object, method, target] = [this.#object, this.#method, this.#target];
    const found = Object.getOwnPropertyDescriptor(object, method);
    const original = object[method];
    if (typeof original !== 'function') {
      throw new TypeError(`${this} cannot be hooked: there is no method any more, but ${describe(original)}`);
    }
    const call = this.#options.async === true ? callAsync : callSync;
    const hooked: Target = { ...target, source: { forward: original } };
    const isCurrent = () => this.#installed?.interceptor === interceptor;
    // An interceptor that somebody else has wrapped or kept lives longer than its installation: it then only passes on.
    const interceptor = function (this: unknown, ...inputs: unknown[]): unknown {
      return target.table.active && isCurrent() ? call(hooked, this, ...inputs) : Reflect.apply(original, this, inputs);
    } as Method;
    for (const key of ['name', 'length'] as const) {
      Object.defineProperty(interceptor, key, { value: original[key], configurable: true });
    }
    Object.defineProperty(object, method, {
      value: interceptor,
      writable: true,
      configurable: true,
      enumerable: false,
    });
    this.#installed = { original, interceptor, found };
  }

  /** Leaves the property as it was found, unless somebody has put another method there meanwhile. */
  #uninstall(): void {
    const { interceptor, found } = this.#installed!;
    this.#installed = undefined;
    if (Object.getOwnPropertyDescriptor(this.#object, this.#method)?.value !== interceptor) return;
    if (found === undefined) delete this.#object[this.#method];
    else Object.defineProperty(this.#object, this.#method, found);
  }
}

const attached = new WeakMap<object, Map<PropertyKey, AttachedMethod>>();

/**
 * Puts hooks on any method of any object: whoever calls `object[method]` runs them. The property is changed when the
 * first hook is registered, and is as it was found, descriptor included, when the last one goes. Attaching twice
 * gives the same Hookable. A method found on the prototype is intercepted on this object alone.
 * @example
 * const handle = attach(model, 'predict').registerForwardHook((_, inputs, output) => console.log(output.shape));
 * @throws TypeError where there is no such method, where the property cannot be changed, for unknown options, or for
 * other options than those that the method is attached with already
 */
export function attach<O extends object, K extends MethodName<O>>(
  object: O,
  method: K,
  options: AttachOptions = {},
): AttachedMethod<Extract<O[K], Method>> {
  if (object === null || (typeof object !== 'object' && typeof object !== 'function')) {
    throw new TypeError(`attach(): the first argument must be an object, got ${describe(object)}`);
  }
  checkAttachOptions(options);
  const key = method as PropertyKey;
  const methods = attached.get(object) ?? new Map<PropertyKey, AttachedMethod>();
  let hookable = methods.get(key);
  if (hookable === undefined) {
    checkProperty(object, key);
    hookable = new AttachedMethod(object, key, { ...options });
    methods.set(key, hookable);
    attached.set(object, methods);
  } else {
    hookable.checkSameOptions(options);
  }
  return hookable as unknown as AttachedMethod<Extract<O[K], Method>>;
}

function checkProperty(object: object, key: PropertyKey): void {
  const where = `${className(object)}.${String(key)}`;
  const value = (object as Record<PropertyKey, unknown>)[key];
  if (typeof value !== 'function') {
    throw new TypeError(`attach(): ${where} must be a method, got ${describe(value)}`);
  }
  if (value instanceof Hookable) {
    throw new TypeError(`attach(): ${where} is a ${className(value)}, which has hooks of its own: register on it`);
  }
  const own = Object.getOwnPropertyDescriptor(object, key);
  if (own === undefined ? !Object.isExtensible(object) : !own.configurable) {
    const why = own === undefined ? 'the object takes no new properties' : 'the property is not configurable';
    throw new TypeError(`attach(): ${where} cannot be intercepted: ${why}`);
  }
}

const READER_METHODS = ['is', 'shape', 'values', 'keep'] as const;

function checkAttachOptions(options: AttachOptions): void {
  checkOptions('attach()', options, ['name', 'reader', 'async']);
  const { name, reader, async } = options;
  if (name !== undefined && typeof name !== 'string') {
    throw new TypeError(`attach(): option "name" must be a string, got ${describe(name)}`);
  }
  if (async !== undefined && typeof async !== 'boolean') {
    throw new TypeError(`attach(): option "async" must be true or false, got ${describe(async)}`);
  }
  if (reader === undefined) return;
  for (const key of READER_METHODS) {
    if (typeof reader?.[key] === 'function') continue;
    throw new TypeError(`attach(): option "reader" must have a method ${key}(), got ${describe(reader)}`);
  }
}
