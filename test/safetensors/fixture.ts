/** @file Files of the Python package safetensors, and what it accepts, as recorded by test/fixtures/make/pytorch.py. */
import { readFileSync } from 'node:fs';

const at = (name: string) => new URL(`../fixtures/pytorch/${name}`, import.meta.url);

/** A tensor in the fixtures; NaN and infinities are strings. */
export interface FixtureTensor {
  name: string;
  shape: number[];
  data: (number | string)[];
  dtype?: string;
}

export function bytes(name: string): Buffer {
  return readFileSync(at(name));
}

export function json<T>(name: string): T {
  return JSON.parse(readFileSync(at(name), 'utf8')) as T;
}

/** The values as numbers. All of them are exact in float32. */
export function values(tensor: FixtureTensor): number[] {
  return tensor.data.map(Number);
}

/** The data of a tensor, asserted to be a Float32Array. */
export function floats(data: ArrayLike<number> | ArrayLike<bigint>): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new Error(`a Float32Array expected, got ${Object.prototype.toString.call(data)}`);
}

/** A handmade file: the header, then the tensors' bytes. */
export function file(header: unknown, buffer: Uint8Array = new Uint8Array()): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + buffer.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(buffer, 8 + text.length);
  return bytes;
}
