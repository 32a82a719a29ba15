/** @file Which arrays hold numbers. Told by their tags, since instanceof fails across realms; but that is quick where it holds. */
import type { Numbers } from './kernels.ts';

const tag = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

/** Whether a value is a typed array of numbers: any but the BigInt ones. */
export function isNumericTypedArray(value: unknown): boolean {
  return ArrayBuffer.isView(value) && /^(Int|Uint|Float)\d+(Clamped)?Array$/.test(tag(value));
}

/** A Float32Array, or one whose every value is a float32 as well: converting it rounds nothing. */
export type Float32Values = Float32Array | Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array;

export function isFloat32Values(values: Numbers): values is Numbers & Float32Values {
  if (values instanceof Float32Array) return true;
  return (
    ArrayBuffer.isView(values) && /^(Float32|Float16|Int8|Uint8|Uint8Clamped|Int16|Uint16)Array$/.test(tag(values))
  );
}

/** Names what came instead of a number, or of an array of them. (The kernels import nothing of the hooks, who have more words.) */
export function describe(value: unknown): string {
  if (typeof value === 'string') return `the string ${JSON.stringify(value.slice(0, 40))}`;
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object' && typeof value !== 'function') return `the ${typeof value} ${String(value)}`;
  return `${/^[AEIOU]/.test(tag(value)) ? 'an' : 'a'} ${tag(value)}`;
}
