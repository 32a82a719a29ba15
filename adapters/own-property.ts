/**
 * Puts an own, non-enumerable property on an object.
 * @returns puts back what was there, descriptor included, unless the property has been replaced meanwhile
 */
export function replaceProperty(object: object, key: PropertyKey, value: unknown): () => void {
  const found = Object.getOwnPropertyDescriptor(object, key);
  Object.defineProperty(object, key, { value, writable: true, configurable: true, enumerable: false });
  return () => {
    if (Object.getOwnPropertyDescriptor(object, key)?.value !== value) return;
    if (found === undefined) delete (object as Record<PropertyKey, unknown>)[key];
    else Object.defineProperty(object, key, found);
  };
}

// biome-ignore lint/suspicious/noExplicitAny: any method of any object
type Method = (this: any, ...given: any[]) => any;

/**
 * A method of an object with another one in its place. The method it replaces is looked up at each call: where the object has
 * none of its own, a method that is put on its prototype meanwhile counts at once.
 */
export class ReplacedMethod<F extends Method = Method> {
  readonly #object: object;
  readonly #key: PropertyKey;
  readonly #value: F;
  readonly #own: F | undefined;
  readonly #restore: () => void;

  constructor(object: object, key: PropertyKey, value: F) {
    this.#object = object;
    this.#key = key;
    this.#value = value;
    this.#own = Object.hasOwn(object, key) ? (Reflect.get(object, key) as F) : undefined;
    this.#restore = replaceProperty(object, key, value);
  }

  get original(): F {
    return this.#own ?? (Reflect.get(Object.getPrototypeOf(this.#object) as object, this.#key) as F);
  }

  /** False where another method has replaced this one. */
  get isInPlace(): boolean {
    return Reflect.get(this.#object, this.#key) === this.#value;
  }

  restore(): void {
    this.#restore();
  }
}
