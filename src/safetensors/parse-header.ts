import { checkJson } from './check-json.ts';
import { checkMetadata } from './check-metadata.ts';
import { checkTensors, type TensorEntry } from './check-tensors.ts';
import { describe, typeName } from './describe.ts';
import { LONGEST_HEADER, METADATA } from './limits.ts';

/** What a file says about itself, checked. */
export interface Header {
  /** In the order of their bytes. */
  readonly tensors: readonly TensorEntry[];
  readonly metadata: Map<string, string>;
  /** All that follows the header; a view, not a copy. */
  readonly buffer: Uint8Array;
}

/**
 * Reads and checks the header:
 *
 * ```
 * byte 0           8                  8 + N
 *      | N, uint64 | N bytes of JSON  | buffer: the tensors' bytes, no gaps |
 * ```
 *
 * Format: https://huggingface.co/docs/safetensors. The reference implementation (0.8) lets a few things through that
 * the format forbids or leaves open, and that are errors here: white space before the `{`, a name or a key of the
 * metadata that comes twice, a tensor given as an array, a type given as `{"F32": null}`, `"__metadata__": null`, sizes
 * whose product passes 2^53 before a 0 among them.
 */
export function parseHeader(input: Uint8Array | ArrayBuffer): Header {
  const bytes = toBytes(input);
  const { byteLength } = bytes;
  if (byteLength < 8) {
    throw new Error(`safetensors: a file begins with the header's length, 8 bytes; got ${byteLength} bytes in all`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > LONGEST_HEADER) {
    const most = `the header may have ${LONGEST_HEADER} bytes`;
    throw new Error(`safetensors: ${most}, the file says ${length}: this is no safetensors file`);
  }
  if (length > byteLength - 8) {
    throw new Error(
      `safetensors: the file says that its header has ${length} bytes, but only ${byteLength - 8} follow`,
    );
  }
  const end = 8 + Number(length);
  const text = decode(bytes.slice(8, end));
  const header = parse(text);
  const buffer = bytes.subarray(end);
  const metadata = Object.hasOwn(header, METADATA) ? toMetadata(header[METADATA]) : new Map<string, string>();
  const tensors = checkTensors(header, buffer.byteLength);
  checkJson(text);
  return { tensors, metadata, buffer };
}

/** A plain Uint8Array: Node's Buffer has a `slice` that does not copy. */
function toBytes(input: Uint8Array | ArrayBuffer): Uint8Array {
  const type = typeName(input);
  if (type === 'ArrayBuffer') return new Uint8Array(input as ArrayBuffer);
  if (type !== 'Uint8Array') {
    throw new TypeError(`safetensors: expected the file as a Uint8Array or an ArrayBuffer, got ${describe(input)}`);
  }
  const view = input as Uint8Array;
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function decode(bytes: Uint8Array): string {
  try {
    // A byte order mark is kept, and is then what the header must not begin with.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new Error('safetensors: the header is not UTF-8', { cause });
  }
}

function parse(text: string): Record<string, unknown> {
  if (!text.startsWith('{')) {
    throw new Error(`safetensors: the header must begin with "{", got ${describe(text.slice(0, 8))}`);
  }
  try {
    // JSON.parse makes "__proto__" an own property like any other; it is only ever read as one.
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new Error(`safetensors: the header is not JSON: ${(cause as Error).message}`, { cause });
  }
}

function toMetadata(value: unknown): Map<string, string> {
  if (typeName(value) !== 'Object') {
    throw new Error(`safetensors: ${METADATA} must be an object of strings, got ${describe(value)}`);
  }
  return new Map(checkMetadata(Object.entries(value as object)));
}
