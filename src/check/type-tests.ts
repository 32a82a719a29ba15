/** @file What kind of thing a value is. None of these throws, whatever the value, except where it says so. */

/** Whether `await` would wait for a value. @throws what a getter of `then` throws */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    value !== null &&
    (typeof value === 'object' || typeof value === 'function') &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

/** Handles the rejection of a promise that is dropped: an unhandled one would end the process. */
export function absorb(value: unknown): void {
  try {
    if (isThenable(value)) value.then(undefined, () => {});
  } catch {
    // A `then` that throws when it is read cannot be awaited either.
  }
}

/** Whether a function is a class, which only `new` can call. */
export function isClass(value: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}

/** Whether a value is an object literal, or has no prototype; objects of other realms included. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (value === null || typeof value !== 'object') return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The built-in type of a value, in any realm: `Uint8Array`, `Map`, `Object`. */
export const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice('[object '.length, -1);

/** The built-in type of a typed array, such as `Float32Array`; in any realm; undefined for other values. */
export function typedArrayName(value: unknown): string | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  const tag = tagOf(value);
  return /^(Int|Uint|Float|BigInt|BigUint)\d+(Clamped)?Array$/.test(tag) ? tag : undefined;
}
