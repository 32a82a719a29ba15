import { checkMetadata } from './check-metadata.ts';
import { checkShape } from './check-shape.ts';
import { checkUnicode } from './check-unicode.ts';
import { describe, typeName } from './describe.ts';
import { LONGEST_HEADER, METADATA } from './limits.ts';

/** A Float32Array, or one whose type forbids writing to it. */
export interface Float32Values extends ArrayLike<number> {
  readonly [Symbol.toStringTag]: 'Float32Array';
}

/** One tensor to write. What `readSafetensors` gives and what a state dict holds will do. */
export interface SafetensorsInput {
  /** The values in row-major order. */
  readonly data: Float32Values;
  /** The sizes of the dimensions, outermost first; empty for a scalar. */
  readonly shape: readonly number[];
}

/**
 * Writes tensors as a .safetensors file, as F32.
 *
 * ```ts
 * await writeFile('weights.safetensors', writeSafetensors(net.stateDict()));
 * ```
 *
 * The tensors are sorted by name, as the reference implementation sorts float32 ones: the same tensors give the same
 * bytes, in whatever order they come. With at most one entry of metadata, they are also those that Python's
 * `safetensors.torch.save` gives; with more, Python's order changes from run to run, and here it is the order given.
 *
 * Format: https://huggingface.co/docs/safetensors.
 *
 * @param tensors by name, as a Map or an object
 * @param metadata text to keep in the file's `__metadata__`, as a Map or an object; by default none is written
 * @returns the whole file
 * @throws TypeError if data is not a Float32Array, a name or metadata is not a string, or an argument has a wrong type
 * @throws RangeError if a shape does not fit its data, a name is `__metadata__`, or text has half of a surrogate pair
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, SafetensorsInput> | Readonly<Record<string, SafetensorsInput>>,
  metadata?: ReadonlyMap<string, string> | Readonly<Record<string, string>>,
): Uint8Array {
  const sorted = entriesOf(tensors, 'the tensors')
    .map(([name, tensor]) => checkInput(name, tensor))
    .sort((a, b) => compareUtf8(a.name, b.name));
  const fields: string[] = [];
  if (metadata !== undefined) fields.push(`"${METADATA}":${metadataJson(metadata)}`);
  let size = 0;
  for (const { name, shape, bits } of sorted) {
    const entry = { dtype: 'F32', shape, data_offsets: [size, size + bits.byteLength] };
    fields.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    size += bits.byteLength;
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
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(length), true);
  file.fill(0x20, 8, 8 + length);
  file.set(json, 8);
  let at = 8 + length;
  for (const { bits } of sorted) {
    for (let i = 0; i < bits.length; i++, at += 4) view.setUint32(at, bits[i]!, true);
  }
  return file;
}

interface CheckedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** The data as integers, so that no engine changes the payload of a NaN. */
  readonly bits: Uint32Array;
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
  if (typeName(data) !== 'Float32Array') {
    throw new TypeError(`${where}: data must be a Float32Array, got ${describe(data)}`);
  }
  const count = checkShape(shape, where);
  if (count !== data.length) {
    throw new RangeError(`${where}: shape ${describe(shape)} takes ${count} values, data has ${data.length}`);
  }
  const { buffer, byteOffset } = data as Float32Array;
  return { name, shape, bits: new Uint32Array(buffer, byteOffset, count) };
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
