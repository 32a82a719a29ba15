/** @file The 16-bit floats, which JavaScript has no array for in every engine, as the float32 values that equal them. */

/** @param bits IEEE 754 binary16. @returns a new array; every value, the sign of zero and the payload of a NaN are kept */
export const float16ToFloat32 = (bits: Uint16Array): Float32Array => widen(bits, widenFloat16);

/** @param bits bfloat16: the upper halves of float32 values. @returns a new array, as of {@link float16ToFloat32} */
export const bfloat16ToFloat32 = (bits: Uint16Array): Float32Array => widen(bits, widenBfloat16);

function widen(bits: Uint16Array, widenOne: (bits: number) => number): Float32Array {
  const values = new Float32Array(bits.length);
  // Bits are moved as integers: an engine may change the payload of a NaN that passes through a number.
  const wide = new Uint32Array(values.buffer);
  for (let i = 0; i < bits.length; i++) wide[i] = widenOne(bits[i]!);
  return values;
}

/** The bits of the float32 that equals a bfloat16: its upper half. */
export const widenBfloat16 = (bits: number): number => bits << 16;

/**
 * The bits of the float32 that equals a float16.
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
