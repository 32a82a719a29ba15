const LONGEST = 80;
const MOST = 8;

/**
 * A value from a file or a caller, for a message. Short whatever came: strings are quoted and cut, arrays are cut, and
 * nothing is followed deeper than the elements of an array.
 */
export function describe(value: unknown): string {
  if (!Array.isArray(value)) return describeOne(value);
  const shown = value.slice(0, MOST).map((item) => (Array.isArray(item) ? 'an array' : describeOne(item)));
  return value.length > MOST ? `[${shown.join(', ')}, … ${value.length} in all]` : `[${shown.join(', ')}]`;
}

function describeOne(value: unknown): string {
  if (typeof value === 'string') {
    return value.length > LONGEST ? `${JSON.stringify(value.slice(0, LONGEST))}…` : JSON.stringify(value);
  }
  if (typeof value === 'function') return 'a function';
  // Object.prototype.toString, unlike instanceof, also knows arrays of another frame.
  if (typeof value === 'object' && value !== null) return `a value of type ${typeName(value)}`;
  return Object.is(value, -0) ? '-0' : String(value);
}

/** `Uint8Array`, `Map`, `Object`: the built-in type, the same for values of another frame or realm. */
export function typeName(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}
