import { describe, encodeUtf8, kindOf, mismatch, tagOf } from '../check/index.ts';
import { bitsPerElement, compareDtypes, isDtype, littleEndian, type SafetensorsDtype } from './dtypes.ts';
import { checkMetadata, checkShape, describeList, LONGEST_HEADER, METADATA } from './header.ts';
import { checkUnicode, quoteName } from './strict-json.ts';

/** The type that each array is written as. */
const DTYPE_OF = {
  Float32Array: 'F32',
  Float64Array: 'F64',
  Int8Array: 'I8',
  Int16Array: 'I16',
  Int32Array: 'I32',
  BigInt64Array: 'I64',
  Uint8Array: 'U8',
  Uint16Array: 'U16',
  Uint32Array: 'U32',
  BigUint64Array: 'U64',
} as const;

/** An array that can be written to a file; its type may be read-only. */
export interface SafetensorsValues extends ArrayLike<number | bigint> {
  readonly [Symbol.toStringTag]: keyof typeof DTYPE_OF;
}

/** One tensor to write: an entry of `readSafetensors()` or of a state dict, for instance. */
export interface SafetensorsInput {
  /** The values in row-major order. Their array decides the type in the file. */
  readonly data: SafetensorsValues;
  /** The sizes of the dimensions, outermost first; empty for a scalar. */
  readonly shape: readonly number[];
  /**
   * `'BOOL'` writes a Uint8Array of 0 and 1 as truth values; `'F16'` and `'BF16'` write a Uint16Array of their bits.
   * Otherwise optional; a type that does not fit the array is refused.
   */
  readonly dtype?: string;
}

/** The types whose bits a Uint16Array may hold, by their names here and in other libraries. */
const BITS: ReadonlyMap<unknown, SafetensorsDtype> = new Map([
  ['F16', 'F16'],
  ['BF16', 'BF16'],
  ['float16', 'F16'],
  ['bfloat16', 'BF16'],
]);

/** The other types that `readSafetensors` gives as a Float32Array. */
const READ_AS_F32: readonly unknown[] = ['F16', 'BF16', 'F64'];

/**
 * Writes tensors as a .safetensors file: a Float32Array as F32, whatever type it was read from, other arrays as their own type.
 *
 * ```ts
 * await writeFile('weights.safetensors', writeSafetensors(net.stateDict()));
 * ```
 *
 * The tensors are sorted by type and then by name, as the reference implementation sorts them: the same tensors give the
 * same bytes in any order. With at most one entry of metadata, they are also the bytes of Python's `safetensors.torch.save`;
 * with more, Python's order changes from run to run, and here it is the order given.
 *
 * Format: https://huggingface.co/docs/safetensors.
 *
 * @param tensors by name, as a Map or an object
 * @param metadata text to keep in the file's `__metadata__`, as a Map or an object; by default none is written
 * @returns the whole file
 * @throws TypeError if data is not one of these arrays or does not fit its dtype, a name or metadata is not a string, or an
 *   argument has a wrong type
 * @throws RangeError if a shape does not fit its data, a BOOL is neither 0 nor 1, a name is `__metadata__`, or text has
 *   a lone surrogate
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, SafetensorsInput> | Readonly<Record<string, SafetensorsInput>>,
  metadata?: ReadonlyMap<string, string> | Readonly<Record<string, string>>,
): Uint8Array {
  const parts = safetensorsParts(tensors, metadata);
  const file = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/**
 * The same file in parts, for a stream: the header, then each tensor's bytes, which are views of its array. Their
 * concatenation is what {@link writeSafetensors} returns; parameters and errors are those of {@link writeSafetensors}.
 */
export function safetensorsParts(
  tensors: ReadonlyMap<string, SafetensorsInput> | Readonly<Record<string, SafetensorsInput>>,
  metadata?: ReadonlyMap<string, string> | Readonly<Record<string, string>>,
): Uint8Array[] {
  const sorted = entriesOf(tensors, 'the tensors')
    .map(([name, tensor]) => checkInput(name, tensor))
    .sort((a, b) => compareDtypes(a.dtype, b.dtype) || compareUtf8(a.name, b.name));
  const fields: string[] = [];
  if (metadata !== undefined) {
    const texts = checkMetadata(entriesOf(metadata, 'the metadata')).map(
      ([key, text]) => `${JSON.stringify(key)}:${JSON.stringify(text)}`,
    );
    fields.push(`"${METADATA}":{${texts.join(',')}}`);
  }
  let size = 0;
  for (const { name, dtype, shape, bytes } of sorted) {
    const entry = { dtype, shape, data_offsets: [size, size + bytes.length] };
    fields.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    size += bytes.length;
  }
  // Joined as text: an object would reorder "10" and "9", and swallow "__proto__".
  const json = encodeUtf8(`{${fields.join(',')}}`);
  // Padded with spaces, so that the tensors begin at a multiple of 8 bytes.
  const length = Math.ceil(json.length / 8) * 8;
  if (length > LONGEST_HEADER) {
    const most = `the header must have at most ${LONGEST_HEADER} bytes`;
    throw new RangeError(`safetensors: ${most}, got ${length} with these names, shapes and metadata`);
  }

  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, 8);
  return [header, ...sorted.map(({ dtype, bytes }) => littleEndian(bytes, bitsPerElement(dtype) / 8))];
}

interface CheckedTensor {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** Copied as bytes, so that no engine changes the payload of a NaN. */
  readonly bytes: Uint8Array;
}

function checkInput(name: string, tensor: SafetensorsInput): CheckedTensor {
  if (typeof name !== 'string') throw mismatch('safetensors', "a tensor's name", 'a string', name);
  const where = `safetensors: tensor ${quoteName(name)}`;
  if (name === METADATA) throw new RangeError(`${where}: the format keeps this name for the metadata`);
  checkUnicode(name, `${where}: the name`);
  if (typeof tensor !== 'object' || tensor === null) {
    throw new TypeError(`${where} must be { data, shape }, got ${describe(tensor)}`);
  }
  const { data, shape } = tensor;
  const type = tagOf(data);
  if (!Object.hasOwn(DTYPE_OF, type)) throw mismatch(where, 'data', `one of ${Object.keys(DTYPE_OF).join(', ')}`, data);
  const dtype = dtypeOf(type as keyof typeof DTYPE_OF, tensor, where);
  const count = checkShape(shape, where);
  if (count !== data.length) {
    const expected = `hold ${count} values for shape ${describeList(shape)}`;
    throw new RangeError(`${where}: data must ${expected}, got ${data.length}`);
  }
  const { buffer, byteOffset, byteLength } = data as Uint8Array;
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  if (dtype === 'BOOL') {
    const wrong = bytes.findIndex((byte) => byte > 1);
    if (wrong >= 0) throw new RangeError(`${where}: BOOL data must be 0 or 1, got ${bytes[wrong]} at index ${wrong}`);
  }
  return { name, dtype, shape, bytes };
}

/** The type to write. Other libraries' names are accepted too, unless they say that the data are bits of another type. */
function dtypeOf(type: keyof typeof DTYPE_OF, tensor: SafetensorsInput, where: string): SafetensorsDtype {
  const dtype = DTYPE_OF[type];
  const given: unknown = tensor.dtype;
  if (given === 'BOOL' && dtype === 'U8') return 'BOOL';
  let [said, fits] = [given, given === dtype || (dtype === 'F32' && READ_AS_F32.includes(given))];
  if (!isDtype(given)) {
    said = kindOf(where, 'data', tensor.data, tensor);
    fits = true;
  }
  const ofBits = dtype === 'U16' ? BITS.get(said) : undefined;
  if (ofBits !== undefined) return ofBits;
  if (!fits) throw new TypeError(`${where}: dtype must be ${dtype} for ${describe(tensor.data)}, got ${said}`);
  return dtype;
}

function entriesOf<T>(values: ReadonlyMap<string, T> | Readonly<Record<string, T>>, what: string): [string, T][] {
  const type = tagOf(values);
  if (type === 'Map') return [...(values as ReadonlyMap<string, T>)];
  if (type === 'Object') return Object.entries(values as Record<string, T>);
  throw new TypeError(`safetensors: ${what} must be a Map or an object, got ${describe(values)}`);
}

/** The order of UTF-8 bytes, which is that of code points. JavaScript's own order puts surrogate pairs before U+E000. */
function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
