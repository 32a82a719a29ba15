import { kindOf } from '../check/index.ts';
import { checkMetadata } from './check-metadata.ts';
import { checkShape } from './check-shape.ts';
import { checkUnicode } from './check-unicode.ts';
import { describe, typeName } from './describe.ts';
import { bitsPerElement, compareDtypes, isDtype, type SafetensorsDtype } from './dtype.ts';
import { LONGEST_HEADER, METADATA } from './limits.ts';
import { inMachineOrder } from './read-values.ts';

/** The type that each array is written as. */
const DTYPE_OF: {
  readonly Float32Array: 'F32';
  readonly Int8Array: 'I8';
  readonly Int16Array: 'I16';
  readonly Int32Array: 'I32';
  readonly BigInt64Array: 'I64';
  readonly Uint8Array: 'U8';
  readonly Uint16Array: 'U16';
  readonly Uint32Array: 'U32';
  readonly BigUint64Array: 'U64';
} = {
  Float32Array: 'F32',
  Int8Array: 'I8',
  Int16Array: 'I16',
  Int32Array: 'I32',
  BigInt64Array: 'I64',
  Uint8Array: 'U8',
  Uint16Array: 'U16',
  Uint32Array: 'U32',
  BigUint64Array: 'U64',
};

/** An array that can be written, or one whose type forbids writing to it. */
export interface SafetensorsValues extends ArrayLike<number | bigint> {
  readonly [Symbol.toStringTag]: keyof typeof DTYPE_OF;
}

/** One tensor to write. What `readSafetensors` gives and what a state dict holds will do. */
export interface SafetensorsInput {
  /** The values in row-major order. The array says of which type they are. */
  readonly data: SafetensorsValues;
  /** The sizes of the dimensions, outermost first; empty for a scalar. */
  readonly shape: readonly number[];
  /**
   * `'BOOL'` makes a Uint8Array of 0 and 1 one of truth values. Otherwise not needed; one of another array is refused, such
   * as `float16` for bits in a Uint16Array.
   */
  readonly dtype?: string;
}

/** What `readSafetensors` calls a Float32Array beside F32. */
const FLOATS: readonly unknown[] = ['F16', 'BF16', 'F64'];

/**
 * Writes tensors as a .safetensors file: a Float32Array as F32, whatever type it was read from, integers as what they are.
 *
 * ```ts
 * await writeFile('weights.safetensors', writeSafetensors(net.stateDict()));
 * ```
 *
 * The tensors are sorted by type and then by name, as the reference implementation sorts them: the same tensors give the
 * same bytes, in whatever order they come. With at most one entry of metadata, they are also those that Python's
 * `safetensors.torch.save` gives; with more, Python's order changes from run to run, and here it is the order given.
 *
 * Format: https://huggingface.co/docs/safetensors.
 *
 * @param tensors by name, as a Map or an object
 * @param metadata text to keep in the file's `__metadata__`, as a Map or an object; by default none is written
 * @returns the whole file
 * @throws TypeError if data is not an array of one of these types, its dtype is another one's, a name or metadata is not a
 *   string, or an argument has a wrong type
 * @throws RangeError if a shape does not fit its data, a BOOL is neither 0 nor 1, a name is `__metadata__`, or text has
 *   half of a surrogate pair
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, SafetensorsInput> | Readonly<Record<string, SafetensorsInput>>,
  metadata?: ReadonlyMap<string, string> | Readonly<Record<string, string>>,
): Uint8Array {
  const sorted = entriesOf(tensors, 'the tensors')
    .map(([name, tensor]) => checkInput(name, tensor))
    .sort((a, b) => compareDtypes(a.dtype, b.dtype) || compareUtf8(a.name, b.name));
  const fields: string[] = [];
  if (metadata !== undefined) fields.push(`"${METADATA}":${metadataJson(metadata)}`);
  let size = 0;
  for (const { name, dtype, shape, bytes } of sorted) {
    const entry = { dtype, shape, data_offsets: [size, size + bytes.length] };
    fields.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    size += bytes.length;
  }
  // The fields are joined as text: an object would reorder "10" and "9", and swallow "__proto__".
  const json = new TextEncoder().encode(`{${fields.join(',')}}`);
  // Spaces after the JSON let the tensors begin at a multiple of 8 bytes.
  const length = Math.ceil(json.length / 8) * 8;
  if (length > LONGEST_HEADER) {
    const most = `the header may have ${LONGEST_HEADER} bytes`;
    throw new RangeError(`safetensors: ${most}, these names, shapes and metadata take ${length}`);
  }

  const file = new Uint8Array(8 + length + size);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.fill(0x20, 8, 8 + length);
  file.set(json, 8);
  let at = 8 + length;
  for (const { dtype, bytes } of sorted) {
    file.set(bytes, at);
    inMachineOrder(file.subarray(at, at + bytes.length), bitsPerElement(dtype) / 8);
    at += bytes.length;
  }
  return file;
}

interface CheckedTensor {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** The data as bytes, so that no engine changes the payload of a NaN. */
  readonly bytes: Uint8Array;
}

function checkInput(name: string, tensor: SafetensorsInput): CheckedTensor {
  const where = `safetensors: tensor ${describe(name)}`;
  if (typeof name !== 'string') throw new TypeError(`${where}: the name must be a string`);
  if (name === METADATA) throw new RangeError(`${where}: the format keeps this name for the metadata`);
  checkUnicode(name, `${where}: the name`);
  if (typeof tensor !== 'object' || tensor === null) {
    throw new TypeError(`${where} must be { data, shape }, got ${describe(tensor)}`);
  }
  const { data, shape } = tensor;
  const type = typeName(data);
  if (!Object.hasOwn(DTYPE_OF, type)) {
    const arrays = Object.keys(DTYPE_OF).join(', ');
    throw new TypeError(`${where}: data must be one of ${arrays}; got ${describe(data)}`);
  }
  const dtype = dtypeOf(type as keyof typeof DTYPE_OF, tensor, where);
  const count = checkShape(shape, where);
  if (count !== data.length) {
    throw new RangeError(`${where}: shape ${describe(shape)} takes ${count} values, data has ${data.length}`);
  }
  const { buffer, byteOffset, byteLength } = data as Uint8Array;
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  if (dtype === 'BOOL') {
    const wrong = bytes.findIndex((byte) => byte > 1);
    if (wrong >= 0) throw new RangeError(`${where}: BOOL is 0 or 1, got ${bytes[wrong]} at index ${wrong}`);
  }
  return { name, dtype, shape, bytes };
}

/** Names that the format does not have are other libraries': these must not say that the data are bits of something else. */
function dtypeOf(type: keyof typeof DTYPE_OF, tensor: SafetensorsInput, where: string): SafetensorsDtype {
  const dtype = DTYPE_OF[type];
  const given: unknown = tensor.dtype;
  if (given === 'BOOL' && dtype === 'U8') return 'BOOL';
  let [said, fits] = [given, given === dtype || (dtype === 'F32' && FLOATS.includes(given))];
  if (!isDtype(given)) {
    said = kindOf(where, 'data', tensor.data, tensor);
    fits = dtype !== 'U16' || (said !== 'float16' && said !== 'bfloat16');
  }
  if (!fits) throw new TypeError(`${where}: dtype ${said} does not fit data of type ${type}, which is ${dtype}`);
  return dtype;
}

function metadataJson(metadata: ReadonlyMap<string, string> | Readonly<Record<string, string>>): string {
  const entries = checkMetadata(entriesOf(metadata, 'the metadata'));
  return `{${entries.map(([key, text]) => `${JSON.stringify(key)}:${JSON.stringify(text)}`).join(',')}}`;
}

function entriesOf<T>(values: ReadonlyMap<string, T> | Readonly<Record<string, T>>, what: string): [string, T][] {
  const type = typeName(values);
  if (type === 'Map') return [...(values as ReadonlyMap<string, T>)];
  if (type === 'Object') return Object.entries(values as Record<string, T>);
  throw new TypeError(`safetensors: expected ${what} as a Map or an object, got ${describe(values)}`);
}

/** The order of the UTF-8 bytes, which is that of code points; JavaScript's own puts surrogate pairs before U+E000. */
function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
