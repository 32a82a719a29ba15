/**
 * @file Recordings as files: .safetensors with the tensors `t0`, `t1`, …, and the calls as JSON in the metadata under
 * `layertap.recording`.
 */
import { describe, describeError, isPlainObject, mismatch, type Summary } from '../check/index.ts';
import {
  readSafetensors,
  readSafetensorsMetadata,
  type SafetensorsTensor,
  safetensorsParts,
} from '../safetensors/index.ts';
import type { RecordedCall, Recording, RowNorms, StoredData, StoredTensor, Tree } from './recording.ts';

const KEY = 'layertap.recording';
const VERSION = 1;

/** The bytes are no recording that can be read: torn, of a newer version, or something else. */
export class RecordingError extends Error {
  override readonly name: string = 'RecordingError';
}

/** The file in parts. Its header is complete before the first part leaves. */
export function encodeRecording({ framework, complete, error, calls, tensors, parameters }: Recording): Uint8Array[] {
  const json = { version: VERSION, framework, complete, error, calls, parameters: Object.fromEntries(parameters) };
  return safetensorsParts(tensors, { [KEY]: JSON.stringify(json) });
}

/**
 * Reads a recording, of layertap or of the Python recorder. Values are converted when they are first used.
 * @param where names the call in messages
 * @throws RecordingError for bytes that are no recording; the message says what came
 * @throws TypeError for anything but bytes
 */
export function decodeRecording(where: string, bytes: Uint8Array | ArrayBuffer): Recording {
  if (!(bytes instanceof Uint8Array) && !(bytes instanceof ArrayBuffer)) {
    throw mismatch(where, 'the recording', 'a Uint8Array or an ArrayBuffer', bytes);
  }
  try {
    const stored = readSafetensors(bytes);
    const text = readSafetensorsMetadata(bytes).get(KEY);
    if (text === undefined)
      throw new Error(`it has no "${KEY}" in its metadata: no recording, or one of something else`);
    return checked(JSON.parse(text), new Map([...stored].map(([name, tensor]) => [name, new StoredInFile(tensor)])));
  } catch (cause) {
    throw new RecordingError(`${where}: the recording cannot be read\n  ${describeError(cause)}`, { cause });
  }
}

/** A tensor in a file, read when its values are asked for. */
export class StoredInFile implements StoredTensor {
  readonly #tensor: SafetensorsTensor;
  #data: StoredData | undefined;

  constructor(tensor: SafetensorsTensor) {
    this.#tensor = tensor;
  }

  get dtype(): StoredTensor['dtype'] {
    return this.#tensor.dtype;
  }

  get shape(): readonly number[] {
    return this.#tensor.shape;
  }

  get data(): StoredData {
    this.#data ??= dataOf(this.#tensor);
    return this.#data;
  }
}

/** Unlike `readSafetensors`, keeps the bits of 16-bit floats and the digits of float64. */
function dataOf(tensor: SafetensorsTensor): StoredData {
  const { dtype, bytes } = tensor;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (dtype === 'F64') return Float64Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
  if (dtype === 'F16' || dtype === 'BF16') {
    return Uint16Array.from({ length: bytes.length / 2 }, (_, i) => view.getUint16(2 * i, true));
  }
  return tensor.data;
}

function checked(json: unknown, tensors: ReadonlyMap<string, StoredTensor>): Recording {
  const file = object('the recording', json);
  const { version } = file;
  if (version !== VERSION) {
    const later = typeof version === 'number' && version > VERSION ? ': a newer layertap wrote it' : '';
    throw new Error(`its version must be ${VERSION}, got ${describe(version)}${later}`);
  }
  const framework = text('framework', file.framework);
  if (typeof file.complete !== 'boolean') throw wrong('complete', 'true or false', file.complete);
  const error = file.error === undefined ? undefined : text('error', file.error);
  if (!Array.isArray(file.calls)) throw wrong('calls', 'an array', file.calls);
  const calls = file.calls.map((call, i) => checkedCall(call, i, file.calls as unknown[], tensors));
  for (const [i, { parent, end }] of calls.entries()) {
    if (parent === null) continue;
    // This also rules out circles.
    const around = calls[parent]!.end ?? Infinity;
    const own = end ?? Infinity;
    if (around < own || (around === own && parent >= i)) {
      throw new Error(`calls[${i}].parent must be a call that ends later, got ${parent}`);
    }
  }
  const parameters = new Map(
    Object.entries(object('parameters', file.parameters ?? {})).map(([path, norms]) => [
      path,
      checkedNorms(`parameters of "${path}"`, norms, tensors),
    ]),
  );
  return { framework, complete: file.complete, error, calls, tensors, parameters };
}

function checkedCall(
  given: unknown,
  index: number,
  all: readonly unknown[],
  tensors: ReadonlyMap<string, StoredTensor>,
): RecordedCall {
  const where = `calls[${index}]`;
  const { path, kind, call, parent, start, end, inputs, output } = object(where, given);
  return {
    path: text(`${where}.path`, path),
    kind: text(`${where}.kind`, kind),
    call: count(`${where}.call`, call),
    parent: parent === null ? null : count(`${where}.parent`, parent, all.length - 1),
    start: count(`${where}.start`, start),
    end: end === null ? null : count(`${where}.end`, end),
    inputs: checkedTree(`${where}.inputs`, inputs, tensors, 0),
    output: checkedTree(`${where}.output`, output, tensors, 0),
  };
}

/** The writer of trees goes no deeper either. */
export const DEEPEST_TREE = 50;

function checkedTree(where: string, given: unknown, tensors: ReadonlyMap<string, StoredTensor>, depth: number): Tree {
  if (depth > DEEPEST_TREE) throw new Error(`${where}: nested deeper than ${DEEPEST_TREE}`);
  if (Array.isArray(given)) return given.map((one) => checkedTree(where, one, tensors, depth + 1));
  const part = object(where, given);
  if (typeof part.tensor === 'string') return checkedTensor(where, part, tensors);
  if (part.fields !== undefined) {
    const fields = Object.entries(object(`${where}.fields`, part.fields));
    return {
      fields: Object.fromEntries(fields.map(([key, one]) => [key, checkedTree(where, one, tensors, depth + 1)])),
    };
  }
  const { value } = part;
  if (value !== null && !['string', 'number', 'boolean'].includes(typeof value)) {
    throw wrong(where, 'a tensor, an array, { fields } or { value }', given);
  }
  return { value: value as string | number | boolean | null };
}

function checkedTensor(where: string, part: Record<string, unknown>, tensors: ReadonlyMap<string, StoredTensor>): Tree {
  const tensor = text(where, part.tensor);
  const stored = tensors.get(tensor);
  if (stored === undefined) throw new Error(`${where}: the file has no tensor "${tensor}"`);
  const { shape, dtype, layout, statistics } = part;
  if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw wrong(`${where}.shape`, 'an array of sizes', shape);
  }
  const size = (sizes: readonly number[]) => sizes.reduce((product, one) => product * one, 1);
  if (statistics === undefined && size(shape) !== size(stored.shape)) {
    throw new Error(`${where}: "${tensor}" has the shape [${stored.shape.join(', ')}], not [${shape.join(', ')}]`);
  }
  return {
    tensor,
    shape,
    dtype: text(`${where}.dtype`, dtype) as StoredTensor['dtype'],
    ...(layout === undefined ? {} : { layout: text(`${where}.layout`, layout) }),
    ...(statistics === undefined
      ? {}
      : { statistics: object(`${where}.statistics`, statistics) as unknown as Summary }),
  };
}

function checkedNorms(where: string, given: unknown, tensors: ReadonlyMap<string, StoredTensor>): RowNorms {
  const { rows, length } = object(where, given);
  if (!tensors.has(text(where, rows))) throw new Error(`${where}: the file has no tensor "${rows}"`);
  return { rows: rows as string, length: count(where, length) };
}

function object(where: string, value: unknown): Record<string, unknown> {
  if (!isPlainObject(value)) throw wrong(where, 'an object', value);
  return value;
}

function text(where: string, value: unknown): string {
  if (typeof value !== 'string') throw wrong(where, 'a string', value);
  return value;
}

function count(where: string, value: unknown, most: number = Number.MAX_SAFE_INTEGER): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0 || (value as number) > most) {
    throw wrong(where, 'a whole number', value);
  }
  return value as number;
}

const wrong = (where: string, expected: string, got: unknown) =>
  new Error(`${where} must be ${expected}, got ${describe(got)}`);
