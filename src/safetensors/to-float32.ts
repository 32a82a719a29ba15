import { bitsPerElement, type FloatDtype } from './dtype.ts';

/**
 * Reads little-endian elements as float32, into a new array.
 *
 * F32, F16 and BF16 keep every value, the sign of zero, and the payload of a NaN; F64 rounds to the nearest float32,
 * ties to even, and to an infinity where the float32 range ends.
 */
export function toFloat32(bytes: Uint8Array, dtype: FloatDtype): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array((bytes.byteLength * 8) / bitsPerElement(dtype));
  // Bits are moved as integers: an engine may change the payload of a NaN that passes through a number.
  const bits = new Uint32Array(values.buffer);
  switch (dtype) {
    case 'F32':
      for (let i = 0; i < bits.length; i++) bits[i] = view.getUint32(4 * i, true);
      break;
    case 'BF16':
      // The upper half of a float32.
      for (let i = 0; i < bits.length; i++) bits[i] = view.getUint16(2 * i, true) << 16;
      break;
    case 'F16':
      for (let i = 0; i < bits.length; i++) bits[i] = widenHalf(view.getUint16(2 * i, true));
      break;
    case 'F64':
      for (let i = 0; i < values.length; i++) values[i] = view.getFloat64(8 * i, true);
      break;
    default:
      dtype satisfies never;
  }
  return values;
}

/**
 * The bits of the float32 that equals an IEEE 754 half.
 *
 * ```
 * half      s eeeee ffffffffff                  bias 15
 * float32   s eeeeeeee ffffffffff0000000000000  bias 127
 * ```
 */
function widenHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // A subnormal half, fraction * 2^-24, is a normal float32: its leading one becomes the implicit one.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}
