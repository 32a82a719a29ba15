/** @file Which arrays hold float32 values. Found by their tags, since instanceof fails across realms; but that is quick where it holds. */
import type { Numbers } from './kernels.ts';

const tag = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

/** A Float32Array, or one whose every value is a float32 as well: converting it rounds nothing. */
export type Float32Values = Float32Array | Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array;

export function isFloat32Values(values: Numbers): values is Numbers & Float32Values {
  if (values instanceof Float32Array) return true;
  return (
    ArrayBuffer.isView(values) && /^(Float32|Float16|Int8|Uint8|Uint8Clamped|Int16|Uint16)Array$/.test(tag(values))
  );
}
