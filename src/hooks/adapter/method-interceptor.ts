/** @file Replaces a method that a framework calls by a function, and restores the property as it was found. */
import { replaceProperty } from '../core/replace-property.ts';

// biome-ignore lint/suspicious/noExplicitAny: any method of any object
type AnyMethod = (this: any, ...inputs: any[]) => any;

interface Installation<F> {
  readonly interceptor: F;
  /** The object's own method that was replaced; undefined if it was inherited. */
  readonly own: F | undefined;
  readonly restore: () => void;
}

/**
 * For adapters: a method of a framework's object, intercepted from `install()` to `uninstall()`. The same object, many
 * times: an interceptor that others have kept or wrapped passes calls on to the original after it was uninstalled.
 *
 * @example
 * const interceptor = new MethodInterceptor(layer, 'call', (inputs) =>
 *   intercept(hookable, (...given) => interceptor.original.apply(layer, given), [inputs]),
 * );
 */
export class MethodInterceptor<F extends AnyMethod = AnyMethod> {
  static readonly className: string = 'MethodInterceptor';
  readonly #object: object;
  readonly #key: PropertyKey;
  readonly #intercepted: F;
  #installation: Installation<F> | undefined;

  /** @param intercepted what is called instead of the method, with its `this` and arguments */
  constructor(object: object, key: PropertyKey, intercepted: F) {
    this.#object = object;
    this.#key = key;
    this.#intercepted = intercepted;
  }

  /** Whether callers of the method reach the interceptor. False if another function has replaced it. */
  get isInstalled(): boolean {
    return this.#installation !== undefined && Reflect.get(this.#object, this.#key) === this.#installation.interceptor;
  }

  /**
   * The method without the interceptor. An inherited one is looked up at each call, so that changes of the prototype
   * count. Read it when a call begins: after `uninstall()` it is whatever the property holds.
   */
  get original(): F {
    return this.#installation === undefined
      ? (Reflect.get(this.#object, this.#key) as F)
      : this.#originalOf(this.#installation.own);
  }

  /**
   * Puts the interceptor in place. Does nothing if it is; goes around a function that has replaced it.
   * @throws TypeError if the object refuses the property
   */
  install(): void {
    if (this.isInstalled) return;
    this.#installation?.restore();
    const object = this.#object;
    const own = Object.hasOwn(object, this.#key) ? (Reflect.get(object, this.#key) as F) : undefined;
    const method = this;
    const interceptor = function (this: unknown, ...inputs: unknown[]): unknown {
      return method.#installation?.interceptor === interceptor
        ? method.#intercepted.call(this, ...inputs)
        : method.#originalOf(own).call(this, ...inputs);
    } as F;
    this.#installation = { interceptor, own, restore: replaceProperty(object, this.#key, interceptor) };
  }

  /** Puts the property back as it was found; if another interceptor has replaced this one, once that is uninstalled. */
  uninstall(): void {
    this.#installation?.restore();
    this.#installation = undefined;
  }

  #originalOf(own: F | undefined): F {
    return own ?? (Reflect.get(Object.getPrototypeOf(this.#object) as object, this.#key) as F);
  }
}
