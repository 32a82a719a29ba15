import { widenBfloat16, widenFloat16 } from '../check/index.ts';
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
      for (let i = 0; i < bits.length; i++) bits[i] = widenBfloat16(view.getUint16(2 * i, true));
      break;
    case 'F16':
      for (let i = 0; i < bits.length; i++) bits[i] = widenFloat16(view.getUint16(2 * i, true));
      break;
    case 'F64':
      for (let i = 0; i < values.length; i++) values[i] = view.getFloat64(8 * i, true);
      break;
    default:
      dtype satisfies never;
  }
  return values;
}
