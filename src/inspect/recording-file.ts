/**
 * @file Recordings as files: .safetensors with the tensors `t0`, `t1`, …, and the calls as JSON in the metadata under
 * `layertap.recording`.
 */
import { describe, describeError, isPlainObject, mismatch, type Summary } from '../check/index.ts';
import {
  readSafetensors,
  readSafetensorsHeader,
  readSafetensorsMetadata,
  type SafetensorsDtype,
  type SafetensorsTensor,
  safetensorsParts,
} from '../safetensors/index.ts';
import {
  isTensorPart,
  type RecordedCall,
  type Recording,
  type RowNorms,
  type StoredData,
  type StoredTensor,
  type TensorPart,
  type Tree,
} from './recording.ts';
import { kindName } from './tensor-store.ts';

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
 * @param where names the call in messages @param name the recording there
 * @throws RecordingError for bytes that are no recording; the message says what came
 * @throws TypeError for anything but bytes
 */
export function decodeRecording(
  where: string,
  bytes: Uint8Array | ArrayBuffer,
  name: string = 'the recording',
): Recording {
  if (!(bytes instanceof Uint8Array) && !(bytes instanceof ArrayBuffer)) {
    throw mismatch(where, name, 'a Uint8Array or an ArrayBuffer', bytes);
  }
  try {
    const stored = readSafetensors(bytes);
    const json = recordingJson(readSafetensorsMetadata(bytes));
    const tensors = new Map([...stored].map(([name, tensor]) => [name, new StoredInFile(tensor)]));
    return { ...checked(json, tensors), tensors };
  } catch (cause) {
    throw new RecordingError(`${where}: ${name} cannot be read\n  ${describeError(cause)}`, { cause });
  }
}

/** One tensor in the output of a call, and where it is in the file. */
export interface RecordedOutput {
  /** The module's path, or its kind for the root; `path/call_1` for a later call; below it the place in the output, `path/0`. */
  readonly tag: string;
  readonly call: number;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** The order of the axes, if the framework gives it: `NCHW`. */
  readonly layout?: string;
  /** Bytes from the start of the file. */
  readonly begin: number;
  readonly end: number;
}

/**
 * The outputs in a recording, from its first bytes alone. Those of which only samples were kept are left out.
 * @param head the file up to the end of its header, see `readSafetensorsHeader`
 * @param size the bytes of the whole file
 * @throws RecordingError for bytes that are no recording
 */
export function readRecordingHeader(
  head: Uint8Array | ArrayBuffer,
  size: number,
): { readonly framework: string; readonly complete: boolean; readonly outputs: readonly RecordedOutput[] } {
  const where = 'readRecordingHeader()';
  try {
    const { tensors, metadata } = readSafetensorsHeader(head, size);
    const { framework, complete, calls } = checked(recordingJson(metadata), tensors);
    const outputs = calls.flatMap(({ path, kind, call, output }) => {
      const name = `${path || kind}${call === 0 ? '' : `/call_${call}`}`;
      return placesIn(output).flatMap(([place, { tensor, shape, layout, statistics }]) => {
        if (statistics !== undefined) return [];
        const { dtype, begin, end } = tensors.get(tensor)!;
        return [{ tag: name + place, call, dtype, shape, ...(layout === undefined ? {} : { layout }), begin, end }];
      });
    });
    return { framework, complete, outputs };
  } catch (cause) {
    throw new RecordingError(`${where}: the recording cannot be read\n  ${describeError(cause)}`, { cause });
  }
}

/** The tensors in a tree, each with its place: '' for the tree itself, `/0`, `/hidden`. */
function placesIn(tree: Tree, place: string = ''): (readonly [string, TensorPart])[] {
  if (isTensorPart(tree)) return [[place, tree]];
  const parts = Array.isArray(tree) ? tree.entries() : 'fields' in tree ? Object.entries(tree.fields) : [];
  return [...parts].flatMap(([key, part]) => placesIn(part as Tree, `${place}/${key}`));
}

function recordingJson(metadata: ReadonlyMap<string, string>): unknown {
  const text = metadata.get(KEY);
  if (text === undefined) throw new Error(`it has no "${KEY}" in its metadata: no recording, or one of something else`);
  return JSON.parse(text);
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

/** Checks the calls of a file whose tensors have these shapes. */
function checked(json: unknown, tensors: Shapes): Omit<Recording, 'tensors'> {
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
  checkParents(calls);
  const parameters = new Map(
    Object.entries(object('parameters', file.parameters ?? {})).map(([path, norms]) => [
      path,
      checkedNorms(`parameters of "${path}"`, norms, tensors),
    ]),
  );
  return { framework, complete: file.complete, error, calls, parameters };
}

type Shapes = ReadonlyMap<string, Pick<StoredTensor, 'dtype' | 'shape'>>;

function checkedCall(given: unknown, index: number, all: readonly unknown[], tensors: Shapes): RecordedCall {
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

/** @throws Error for calls that are inside themselves */
function checkParents(calls: readonly RecordedCall[]): void {
  const checked = new Set<number>();
  for (const i of calls.keys()) {
    const above = new Set<number>();
    for (let at: number | null = i; at !== null && !checked.has(at); at = calls[at]!.parent) {
      if (above.has(at)) throw new Error(`calls[${i}].parent must be a call around it, got ${calls[i]!.parent}`);
      above.add(at);
    }
    for (const one of above) checked.add(one);
  }
}

/** The writer of trees goes no deeper either. */
export const DEEPEST_TREE = 50;

function checkedTree(where: string, given: unknown, tensors: Shapes, depth: number): Tree {
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

function checkedTensor(where: string, part: Record<string, unknown>, tensors: Shapes): Tree {
  const tensor = text(where, part.tensor);
  const stored = tensors.get(tensor);
  if (stored === undefined) throw new Error(`${where}: the file has no tensor "${tensor}"`);
  const { shape, dtype, layout, statistics } = part;
  // Complex numbers and 8-bit floats, which JavaScript has no array for.
  if (kindName(stored.dtype) === stored.dtype) return { value: `a tensor of type ${stored.dtype}` };
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
    // The recorder for PyTorch keeps each tensor in its own type.
    dtype: dtype === undefined ? stored.dtype : (text(`${where}.dtype`, dtype) as StoredTensor['dtype']),
    ...(layout === undefined ? {} : { layout: text(`${where}.layout`, layout) }),
    ...(statistics === undefined ? {} : { statistics: checkedStatistics(`${where}.statistics`, statistics) }),
  };
}

const STATISTICS: readonly (keyof Summary)[] = [
  'count',
  'mean',
  'variance',
  'min',
  'max',
  'zeros',
  'nan',
  'positiveInfinity',
  'negativeInfinity',
];

function checkedStatistics(where: string, given: unknown): Summary {
  const found = object(where, given);
  const entries = STATISTICS.map((name) => {
    // JSON has no NaN.
    const value = found[name] ?? Number.NaN;
    if (typeof value !== 'number') throw wrong(`${where}.${name}`, 'a number', value);
    return [name, value] as const;
  });
  return Object.fromEntries(entries) as unknown as Summary;
}

function checkedNorms(where: string, given: unknown, tensors: Shapes): RowNorms {
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
