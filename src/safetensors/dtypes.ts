/** @file The element types of the format, and how their bytes become typed arrays. */
import { lacking, widenBfloat16, widenFloat16 } from '../check/index.ts';

/** The element types that can be read, and the array that each becomes. */
export interface SafetensorsArrays {
  F32: Float32Array;
  F16: Float32Array;
  BF16: Float32Array;
  F64: Float32Array;
  I8: Int8Array;
  I16: Int16Array;
  I32: Int32Array;
  I64: BigInt64Array;
  U8: Uint8Array;
  U16: Uint16Array;
  U32: Uint32Array;
  U64: BigUint64Array;
  /** 0 for false, 1 for true. */
  BOOL: Uint8Array;
}

/**
 * The element types of the format, in the order of the reference implementation, which writes the last type first.
 *
 * Source: https://github.com/huggingface/safetensors, `enum Dtype`, version 0.8.
 */
export const DTYPES = [
  'BOOL',
  'F4',
  'F6_E2M3',
  'F6_E3M2',
  'U8',
  'I8',
  'F8_E5M2',
  'F8_E4M3',
  'F8_E8M0',
  'F8_E4M3FNUZ',
  'F8_E5M2FNUZ',
  'I16',
  'U16',
  'F16',
  'BF16',
  'I32',
  'U32',
  'F32',
  'C64',
  'F64',
  'I64',
  'U64',
] as const;

/** The element types of the format. */
export type SafetensorsDtype = (typeof DTYPES)[number];

/** An element type of the format that has no JavaScript array. */
export type UnreadDtype = Exclude<SafetensorsDtype, keyof SafetensorsArrays>;

export const isDtype = (name: unknown): name is SafetensorsDtype => DTYPES.includes(name as SafetensorsDtype);

/** The first number in the name of a type. */
export const bitsPerElement = (dtype: SafetensorsDtype): number =>
  dtype === 'BOOL' ? 8 : Number(/\d+/.exec(dtype)![0]);

/** The order of the reference implementation: wide types first, so that every tensor is aligned. */
export const compareDtypes = (a: SafetensorsDtype, b: SafetensorsDtype): number =>
  DTYPES.indexOf(b) - DTYPES.indexOf(a);

/** The types that JavaScript has arrays for. An engine may lack those of 64-bit integers. */
const ARRAYS = {
  F32: Float32Array,
  I8: Int8Array,
  I16: Int16Array,
  I32: Int32Array,
  I64: globalThis.BigInt64Array,
  U8: Uint8Array,
  U16: Uint16Array,
  U32: Uint32Array,
  U64: globalThis.BigUint64Array,
} as const satisfies Record<Exclude<keyof SafetensorsArrays, 'F16' | 'BF16' | 'F64' | 'BOOL'>, unknown>;

const READABLE: string = [...Object.keys(ARRAYS), 'F16', 'BF16', 'F64', 'BOOL'].join(', ');

/**
 * Reads the elements of one tensor into a new array. F32, F16 and BF16 keep every value, the sign of zero and the payload
 * of a NaN; F64 rounds to the nearest float32, ties to even, and to an infinity beyond its range.
 * @param bytes little-endian
 * @param where begins the error message
 * @throws Error for a type that has no array
 */
export function readValues(
  bytes: Uint8Array,
  dtype: SafetensorsDtype,
  where: string,
): SafetensorsArrays[keyof SafetensorsArrays] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (dtype) {
    case 'F16':
    case 'BF16': {
      const widen = dtype === 'F16' ? widenFloat16 : widenBfloat16;
      const bits = new Uint32Array(bytes.length / 2);
      for (let i = 0; i < bits.length; i++) bits[i] = widen(view.getUint16(2 * i, true));
      return new Float32Array(bits.buffer);
    }
    case 'F64': {
      const values = new Float32Array(bytes.length / 8);
      for (let i = 0; i < values.length; i++) values[i] = view.getFloat64(8 * i, true);
      return values;
    }
    case 'BOOL':
      return bytes.slice().map((byte) => (byte === 0 ? 0 : 1));
  }
  if (!Object.hasOwn(ARRAYS, dtype)) {
    throw new Error(`${where}: to read its data, its dtype must be one of ${READABLE}, got ${dtype}`);
  }
  const Elements = ARRAYS[dtype as keyof typeof ARRAYS];
  if (Elements === undefined)
    throw lacking(`Big${dtype === 'I64' ? 'I' : 'Ui'}nt64Array`, `reading a tensor of type ${dtype}`);
  // Copied, so that the array is aligned and owned by the caller.
  return new Elements(littleEndian(bytes.slice(), Elements.BYTES_PER_ELEMENT).buffer as ArrayBuffer);
}

const BIG_ENDIAN: boolean = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

/** The same bytes, or on a big-endian machine a copy with those of each element reversed: files are little-endian. */
export function littleEndian(bytes: Uint8Array, size: number): Uint8Array {
  if (!BIG_ENDIAN) return bytes;
  const swapped = bytes.slice();
  for (let at = 0; at < swapped.length; at += size) swapped.subarray(at, at + size).reverse();
  return swapped;
}
