/** @file Replacing a property of an object of the user's, and putting it back as it was found. */
import { className } from '../../check/index.ts';

/**
 * The undoing of replacements that others lie over, by the function in the property. Undoing the one above puts that
 * function back, and then undoes it too.
 */
const waiting = new WeakMap<object, () => void>();

const functionIn = (property: PropertyDescriptor | undefined): unknown => property?.value ?? property?.get;

/** @throws TypeError if the object takes no other property in that place */
export function checkReplaceable(where: string, object: object, key: PropertyKey): void {
  const own = Object.getOwnPropertyDescriptor(object, key);
  if (own === undefined ? Object.isExtensible(object) : own.configurable) return;
  const why = own === undefined ? 'the object takes no new properties' : 'the property is not configurable';
  throw new TypeError(`${where} cannot be intercepted: ${why}`);
}

/** @throws TypeError if the object refuses the property */
export function putProperty(where: string, object: object, key: PropertyKey, property: PropertyDescriptor): void {
  checkReplaceable(where, object, key);
  if (Reflect.defineProperty(object, key, property)) return;
  throw new TypeError(`${where} cannot be intercepted: the object refuses the property`);
}

/** Whether a property is the one that was put there. */
export function isInPlace(object: object, key: PropertyKey, property: PropertyDescriptor): boolean {
  const own = Object.getOwnPropertyDescriptor(object, key);
  return own !== undefined && functionIn(own) === functionIn(property);
}

/**
 * Puts back what was there before a property; if the property has been replaced since, once that is undone.
 * @param found undefined if there was none
 * @param refused is called if the object has been frozen
 */
export function restoreProperty(
  object: object,
  key: PropertyKey,
  property: PropertyDescriptor,
  found: PropertyDescriptor | undefined,
  refused?: () => void,
): void {
  if (!isInPlace(object, key, property)) {
    const own = functionIn(property);
    if (typeof own === 'function') {
      waiting.set(own, () => restoreProperty(object, key, property, found, refused));
    }
    return;
  }
  if (!(found === undefined ? Reflect.deleteProperty(object, key) : Reflect.defineProperty(object, key, found))) {
    refused?.();
    return;
  }
  const below = functionIn(found);
  if (typeof below === 'function') waiting.get(below)?.();
}

/**
 * Defines a property on an object itself, by default a non-enumerable one.
 * @returns a function that puts back what was there, descriptor included; if the property has been replaced since, once that is undone
 * @throws TypeError if the object refuses the property
 */
export function replaceProperty(object: object, key: PropertyKey, value: unknown, enumerable = false): () => void {
  const found = Object.getOwnPropertyDescriptor(object, key);
  const property = { value, writable: true, configurable: true, enumerable };
  putProperty(`${className(object)}.${String(key)}`, object, key, property);
  if (typeof value === 'function') waiting.delete(value);
  return () => restoreProperty(object, key, property, found);
}
