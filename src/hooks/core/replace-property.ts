import { className } from '../../check/index.ts';

/**
 * Puts an own property on an object, by default a non-enumerable one.
 * @returns puts back what was there, descriptor included, unless the property has been replaced since
 * @throws TypeError if the object refuses the property
 */
export function replaceProperty(object: object, key: PropertyKey, value: unknown, enumerable = false): () => void {
  const found = Object.getOwnPropertyDescriptor(object, key);
  if (!Reflect.defineProperty(object, key, { value, writable: true, configurable: true, enumerable })) {
    const why = found === undefined ? 'the object takes no new properties' : 'the property is not configurable';
    throw new TypeError(`${className(object)}.${String(key)} cannot be intercepted: ${why}`);
  }
  return () => {
    if (Object.getOwnPropertyDescriptor(object, key)?.value !== value) return;
    if (found === undefined) Reflect.deleteProperty(object, key);
    else Reflect.defineProperty(object, key, found);
  };
}
