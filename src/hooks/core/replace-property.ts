import { className } from '../../check/index.ts';

/**
 * The undoing of replacements that others lie over, by the function in the property. Undoing the one above puts that
 * function back, and then undoes it too.
 */
const waiting = new WeakMap<object, () => void>();

const functionIn = (property: PropertyDescriptor | undefined): unknown => property?.value ?? property?.get;

/** Has `undo` called when the replacement over this one is undone. */
export function undoLater(replacement: PropertyDescriptor, undo: () => void): void {
  const key = functionIn(replacement);
  if (typeof key === 'function') waiting.set(key, undo);
}

/** To be called with the property that undoing a replacement has put back. */
export function undoWaiting(restored: PropertyDescriptor | undefined): void {
  const key = functionIn(restored);
  if (typeof key === 'function') waiting.get(key)?.();
}

/**
 * Puts an own property on an object, by default a non-enumerable one.
 * @returns puts back what was there, descriptor included; if the property has been replaced since, once that is undone
 * @throws TypeError if the object refuses the property
 */
export function replaceProperty(object: object, key: PropertyKey, value: unknown, enumerable = false): () => void {
  const found = Object.getOwnPropertyDescriptor(object, key);
  const replacement = { value, writable: true, configurable: true, enumerable };
  if (!Reflect.defineProperty(object, key, replacement)) {
    const why = found === undefined ? 'the object takes no new properties' : 'the property is not configurable';
    throw new TypeError(`${className(object)}.${String(key)} cannot be intercepted: ${why}`);
  }
  const undo = () => {
    if (Object.getOwnPropertyDescriptor(object, key)?.value !== value) return undoLater(replacement, undo);
    if (found === undefined) Reflect.deleteProperty(object, key);
    else Reflect.defineProperty(object, key, found);
    undoWaiting(found);
  };
  if (typeof value === 'function') waiting.delete(value);
  return undo;
}
