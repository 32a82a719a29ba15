/**
 * Puts an own, non-enumerable property on an object.
 * @returns puts back what was there, descriptor included, unless somebody has put something else there meanwhile
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
