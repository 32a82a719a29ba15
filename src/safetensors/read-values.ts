import { describe } from './describe.ts';
import type { SafetensorsArrays, SafetensorsDtype, UnreadDtype } from './dtype.ts';
import { toFloat32 } from './to-float32.ts';

/** The element types that JavaScript has arrays for. */
const INTEGERS = {
  I8: Int8Array,
  I16: Int16Array,
  I32: Int32Array,
  I64: BigInt64Array,
  U8: Uint8Array,
  U16: Uint16Array,
  U32: Uint32Array,
  U64: BigUint64Array,
} as const;

/**
 * Reads the elements of one tensor into a new array.
 * @param bytes little-endian
 * @param name of the tensor, for the message
 * @throws Error for an element type that no array holds
 */
export function readValues(
  bytes: Uint8Array,
  dtype: SafetensorsDtype,
  name: string,
): SafetensorsArrays[keyof SafetensorsArrays] {
  switch (dtype) {
    case 'F32':
    case 'F16':
    case 'BF16':
    case 'F64':
      return toFloat32(bytes, dtype);
    case 'BOOL':
      return bytes.slice().map((byte) => (byte === 0 ? 0 : 1));
    case 'I8':
    case 'I16':
    case 'I32':
    case 'I64':
    case 'U8':
    case 'U16':
    case 'U32':
    case 'U64': {
      const copy = bytes.slice();
      inMachineOrder(copy, INTEGERS[dtype].BYTES_PER_ELEMENT);
      return new INTEGERS[dtype](copy.buffer);
    }
    default:
      dtype satisfies UnreadDtype;
      throw new Error(
        `safetensors: tensor ${describe(name)} is of type ${dtype}, whose values cannot be read; expected ${READ}`,
      );
  }
}

const READ: string = ['F32', 'F16', 'BF16', 'F64', ...Object.keys(INTEGERS), 'BOOL'].join(', ');

const LITTLE_ENDIAN: boolean = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Turns little-endian elements into the machine's own, or these into little-endian ones, in place. */
export function inMachineOrder(bytes: Uint8Array, size: number): void {
  if (LITTLE_ENDIAN) return;
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}
