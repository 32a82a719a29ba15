/** An element type whose values become a Float32Array. */
export type FloatDtype = 'F32' | 'F16' | 'BF16' | 'F64';

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

/** An element type that a file may have, but whose values no array of JavaScript holds. */
export type UnreadDtype =
  | 'F4'
  | 'F6_E2M3'
  | 'F6_E3M2'
  | 'F8_E5M2'
  | 'F8_E4M3'
  | 'F8_E8M0'
  | 'F8_E4M3FNUZ'
  | 'F8_E5M2FNUZ'
  | 'C64';

/** The element types of the format. */
export type SafetensorsDtype = keyof SafetensorsArrays | UnreadDtype;

/**
 * Bits per element, in the order of the reference implementation, which writes the last type first.
 *
 * Source: https://github.com/huggingface/safetensors, `enum Dtype`, version 0.8. A Map, because a file may well name a
 * dtype "constructor".
 */
const BITS: ReadonlyMap<string, number> = new Map<SafetensorsDtype, number>([
  ['BOOL', 8],
  ['F4', 4],
  ['F6_E2M3', 6],
  ['F6_E3M2', 6],
  ['U8', 8],
  ['I8', 8],
  ['F8_E5M2', 8],
  ['F8_E4M3', 8],
  ['F8_E8M0', 8],
  ['F8_E4M3FNUZ', 8],
  ['F8_E5M2FNUZ', 8],
  ['I16', 16],
  ['U16', 16],
  ['F16', 16],
  ['BF16', 16],
  ['I32', 32],
  ['U32', 32],
  ['F32', 32],
  ['C64', 64],
  ['F64', 64],
  ['I64', 64],
  ['U64', 64],
]);

/** The names of the element types, for messages. */
export const DTYPES: string = [...BITS.keys()].join(', ');

/** Whether `name` is an element type of the format. */
export function isDtype(name: unknown): name is SafetensorsDtype {
  return typeof name === 'string' && BITS.has(name);
}

export function bitsPerElement(dtype: SafetensorsDtype): number {
  return BITS.get(dtype)!;
}

const PLACES: ReadonlyMap<string, number> = new Map([...BITS.keys()].map((dtype, i) => [dtype, i]));

/** Orders types as the reference implementation lays them out: wide ones first, so that all of them are aligned. */
export function compareDtypes(a: SafetensorsDtype, b: SafetensorsDtype): number {
  return PLACES.get(b)! - PLACES.get(a)!;
}
