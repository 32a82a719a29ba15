/** @file 16-bit floats, converted exactly to float32: not every engine has an array for them. */

/** @param bits IEEE 754 binary16. @returns a new array; signed zeros and the payloads of NaN are kept */
export const float16ToFloat32 = (bits: Uint16Array): Float32Array => widen(bits, widenFloat16);

/** @param bits bfloat16, the upper halves of float32. @returns as {@link float16ToFloat32} */
export const bfloat16ToFloat32 = (bits: Uint16Array): Float32Array => widen(bits, widenBfloat16);

function widen(bits: Uint16Array, widenOne: (bits: number) => number): Float32Array {
  const values = new Float32Array(bits.length);
  // As integers: an engine may change the payload of a NaN that passes through a number.
  const wide = new Uint32Array(values.buffer);
  for (let i = 0; i < bits.length; i++) wide[i] = widenOne(bits[i]!);
  return values;
}

/** The bits of the float32 equal to a bfloat16. */
export const widenBfloat16 = (bits: number): number => bits << 16;

/**
 * The bits of the float32 equal to a float16.
 *
 * ```
 * float16   s eeeee ffffffffff                  bias 15
 * float32   s eeeeeeee ffffffffff0000000000000  bias 127
 * ```
 */
export function widenFloat16(bits: number): number {
  const sign = (bits & 0x8000) << 16;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // A subnormal float16, fraction * 2^-24, is a normal float32: its leading one becomes the implicit one.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}
