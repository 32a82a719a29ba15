/** @file The header of a file: what it says, and the rules that a file must keep whether it is read or written. */
import { describe, describeShape, mismatch, quote, tagOf, textDecoder } from '../check/index.ts';
import { bitsPerElement, DTYPES, isDtype, type SafetensorsDtype } from './dtypes.ts';
import { checkJson, checkUnicode, quoteName } from './strict-json.ts';

/** The key of the header that names no tensor. */
export const METADATA = '__metadata__';

/** In bytes. The reference implementation neither reads nor writes longer ones. */
export const LONGEST_HEADER = 100_000_000;

/** One tensor of a header, checked. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** Bytes from the start of the buffer. */
  readonly begin: number;
  readonly end: number;
}

/** A file's header, checked, and the bytes after it. */
export interface Header {
  /** In the order of their bytes. */
  readonly tensors: readonly TensorEntry[];
  readonly metadata: Map<string, string>;
  /** A view, not a copy. */
  readonly buffer: Uint8Array;
  /** Where the buffer begins, in bytes from the start of the file. */
  readonly start: number;
}

/**
 * Reads and checks the header:
 *
 * ```
 * byte 0           8                  8 + N
 *      | N, uint64 | N bytes of JSON  | buffer: the tensors' bytes, no gaps |
 * ```
 *
 * Format: https://huggingface.co/docs/safetensors. The reference implementation (0.8) accepts a few things that the format
 * forbids or leaves open, and that are errors here: white space before the `{`, a name or a metadata key that appears
 * twice, a tensor given as an array, a type given as `{"F32": null}`, `"__metadata__": null`, and sizes whose product
 * passes 2^53 before it meets a 0.
 */
export function parseHeader(input: Uint8Array | ArrayBuffer, size?: number): Header {
  const bytes = toBytes(input);
  const byteLength = size ?? bytes.byteLength;
  if (byteLength < 8) {
    throw new Error(`safetensors: a file must begin with its header's length, 8 bytes, got ${byteLength} bytes in all`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > LONGEST_HEADER) {
    const most = `the header must have at most ${LONGEST_HEADER} bytes`;
    throw new Error(`safetensors: ${most}, got a length of ${length}: this is not a safetensors file`);
  }
  if (length > byteLength - 8) {
    throw new Error(
      `safetensors: the file says that its header has ${length} bytes, but only ${byteLength - 8} follow`,
    );
  }
  const end = 8 + Number(length);
  if (end > bytes.byteLength) {
    throw new Error(`safetensors: the first ${end} bytes are needed, which hold the header, got ${bytes.byteLength}`);
  }
  const text = decode(bytes.slice(8, end));
  const header = parse(text);
  const buffer = bytes.subarray(end);
  const metadata = Object.hasOwn(header, METADATA) ? toMetadata(header[METADATA]) : new Map<string, string>();
  const tensors = checkTensors(header, byteLength - end);
  checkJson(text);
  return { tensors, metadata, buffer, start: end };
}

/** A plain Uint8Array: Node's Buffer has a `slice` that does not copy. */
function toBytes(input: Uint8Array | ArrayBuffer): Uint8Array {
  const type = tagOf(input);
  if (type === 'ArrayBuffer') return new Uint8Array(input as ArrayBuffer);
  if (type !== 'Uint8Array') throw mismatch('safetensors', 'the file', 'a Uint8Array or an ArrayBuffer', input);
  const view = input as Uint8Array;
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function decode(bytes: Uint8Array): string {
  // A byte order mark is kept, so that it is refused as the header's first character.
  const decoder = textDecoder({ fatal: true, ignoreBOM: true });
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new Error('safetensors: the header is not UTF-8', { cause });
  }
}

function parse(text: string): Record<string, unknown> {
  if (!text.startsWith('{')) {
    throw new Error(`safetensors: the header must begin with "{", got ${quote(text.slice(0, 8))}`);
  }
  try {
    // JSON.parse makes "__proto__" an own property like any other, and nothing here assigns it.
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new Error(`safetensors: the header is not JSON: ${(cause as Error).message}`, { cause });
  }
}

function toMetadata(value: unknown): Map<string, string> {
  if (tagOf(value) !== 'Object') throw mismatch('safetensors', METADATA, 'an object of strings', value, Error);
  return new Map(checkMetadata(Object.entries(value as object)));
}

/** @throws TypeError for anything but text, RangeError for text that UTF-8 cannot hold */
export function checkMetadata(entries: readonly (readonly [unknown, unknown])[]): [string, string][] {
  return entries.map(([key, text]) => {
    if (typeof key !== 'string') throw mismatch('safetensors', 'metadata: a key', 'a string', key);
    const where = `safetensors: metadata: the value of ${quoteName(key)}`;
    if (typeof text !== 'string') throw new TypeError(`${where} must be a string, got ${describe(text)}`);
    checkUnicode(key, `safetensors: metadata: the key ${quoteName(key)}`);
    checkUnicode(text, where);
    return [key, text];
  });
}

/** @returns the tensors in the order of their bytes, which must fill a buffer of `size` bytes without gaps */
function checkTensors(header: Record<string, unknown>, size: number): TensorEntry[] {
  const tensors = Object.entries(header)
    .filter(([name]) => name !== METADATA)
    .map(([name, value]) => checkTensor(name, value, size));
  // An empty tensor comes before the one that begins at the same byte.
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  let before = 'the header';
  for (const { name, begin, end: next } of tensors) {
    if (begin !== end) {
      const where = `safetensors: tensor ${quoteName(name)}`;
      throw new Error(`${where}: data_offsets must begin at ${end}, where ${before} ends, got ${begin}`);
    }
    end = next;
    before = `tensor ${quoteName(name)}`;
  }
  if (end < size) {
    throw new Error(`safetensors: the tensors take ${end} bytes, but the file has ${size} after its header`);
  }
  return tensors;
}

function checkTensor(name: string, value: unknown, size: number): TensorEntry {
  const where = `safetensors: tensor ${quoteName(name)}`;
  checkUnicode(name, `${where}: the name`);
  if (tagOf(value) !== 'Object') throw new Error(`${where} must be an object, got ${describe(value)}`);
  const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>;
  if (!isDtype(dtype)) throw mismatch(where, 'dtype', `one of ${DTYPES.join(', ')}`, dtype, Error);
  const count = checkShape(shape, where);
  const got = describeList(offsets);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(Number.isSafeInteger)) {
    throw new Error(`${where}: data_offsets must be [begin, end], two whole numbers, got ${got}`);
  }
  const [begin, end] = offsets as [number, number];
  if (begin < 0 || Object.is(begin, -0) || begin > end || end > size) {
    const range = `0 <= begin <= end <= ${size}, the bytes after the header`;
    throw new Error(`${where}: data_offsets must have ${range}, got ${got}`);
  }
  const bytes = (count * bitsPerElement(dtype)) / 8;
  if (end - begin !== bytes) {
    const wanted = `span ${bytes} bytes for shape ${describeList(shape)} of ${dtype}`;
    throw new Error(`${where}: data_offsets must ${wanted}, got ${got}`);
  }
  return { name, dtype, shape: shape as number[], begin, end };
}

/**
 * The number of elements of a shape.
 * @param where begins the error message
 * @throws RangeError for anything but an array of sizes, or for 2^53 elements or more
 */
export function checkShape(shape: unknown, where: string): number {
  if (!Array.isArray(shape) || ![...shape].every(isSize)) {
    const expected = 'an array of whole numbers from 0 to 2^53 - 1';
    throw new RangeError(`${where}: shape must be ${expected}, got ${describeList(shape)}`);
  }
  let count = 1;
  for (const size of shape as number[]) {
    count *= size;
    // Once past the exact integers, a later 0 must not hide it.
    if (!Number.isSafeInteger(count)) {
      throw new RangeError(`${where}: shape must have fewer than 2^53 elements, got ${describeList(shape)}`);
    }
  }
  return count;
}

// -0 is a whole number too, but would print as 0.
const isSize = (size: unknown): boolean => Number.isSafeInteger(size) && (size as number) >= 0 && !Object.is(size, -0);

/** A shape or offsets in a message: their first eight numbers. */
export const describeList = (list: unknown): string => describeShape(list, 8);
