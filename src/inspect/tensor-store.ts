/** @file Storing tensors: each distinct one once, in its own type, up to a limit of bytes. */
import { kindOf, type NumericArray, readNumbers, typedArrayName } from '../check/index.ts';
import { summarize } from '../kernels/index.ts';
import type { SafetensorsDtype } from '../safetensors/index.ts';
import { SAMPLES, type StoredData, type StoredTensor, sampleIndices, type TensorPart } from './recording.ts';

/** The names that `kindOf` uses, and those of arrays without a declared type. */
const DTYPES: Readonly<Record<string, SafetensorsDtype>> = {
  float16: 'F16',
  bfloat16: 'BF16',
  float32: 'F32',
  float64: 'F64',
  int8: 'I8',
  int16: 'I16',
  int32: 'I32',
  int64: 'I64',
  uint8: 'U8',
  uint16: 'U16',
  uint32: 'U32',
  uint64: 'U64',
  bool: 'BOOL',
  Float16Array: 'F16',
  Float32Array: 'F32',
  Float64Array: 'F64',
  Int8Array: 'I8',
  Int16Array: 'I16',
  Int32Array: 'I32',
  BigInt64Array: 'I64',
  Uint8Array: 'U8',
  Uint8ClampedArray: 'U8',
  Uint16Array: 'U16',
  Uint32Array: 'U32',
  BigUint64Array: 'U64',
};

/** Values as they are stored: in the type of their array, which may be wider than the tensor's own. */
interface Typed {
  readonly data: StoredData;
  readonly stored: SafetensorsDtype;
  readonly own: SafetensorsDtype;
}

/** @throws TypeError for values that are no numbers */
function typed(where: string, values: NumericArray, tensor: unknown): Typed {
  const kind = kindOf(where, 'values', values, tensor);
  const array = typedArrayName(values);
  if (array === undefined || kind === 'bool') {
    const numbers = readNumbers(where, 'values', values, tensor);
    if (kind === 'bool') return { data: Uint8Array.from(numbers), stored: 'BOOL', own: 'BOOL' };
    return { data: Float64Array.from(numbers), stored: 'F64', own: kind === undefined ? 'F64' : DTYPES[kind]! };
  }
  const ofArray = DTYPES[array]!;
  const own = kind === undefined ? ofArray : DTYPES[kind]!;
  const view = values as unknown as Uint16Array;
  if (ofArray === 'F16') {
    return { data: new Uint16Array(view.buffer, view.byteOffset, view.length), stored: 'F16', own };
  }
  const isBits = ofArray === 'U16' && (own === 'F16' || own === 'BF16');
  const data = array === 'Uint8ClampedArray' ? Uint8Array.from(view) : (view as StoredData);
  return { data, stored: isBits ? own : ofArray, own };
}

/** The name of an element type in ONNX Runtime and TensorFlow.js: `float32`. */
export const kindName = (dtype: SafetensorsDtype): string =>
  Object.keys(DTYPES).find((name) => DTYPES[name] === dtype) ?? dtype;

/** A copy of the values of a tensor. @throws TypeError for values that are no numbers */
export function storedTensor(
  where: string,
  values: NumericArray,
  shape: readonly number[],
  tensor: unknown,
): StoredTensor {
  const { data, stored } = typed(where, values, tensor);
  return { dtype: stored, shape: [...shape], data: data.slice() };
}

/** The tensors of a recording. */
export class TensorStore {
  readonly tensors: Map<string, StoredTensor> = new Map();
  /** How many tensors were beyond the limit. */
  sampled = 0;
  readonly #limit: number;
  readonly #where: string;
  /** The names of stored tensors by their type and hash. */
  readonly #names: Map<string, string[]> = new Map();
  #bytes = 0;

  /** @param limit in bytes, of all values together @param where names the call in messages */
  constructor(where: string, limit: number) {
    this.#where = where;
    this.#limit = limit;
  }

  /**
   * Stores the values of a tensor. They are copied.
   * @throws TypeError for values that are no numbers
   */
  add(values: NumericArray, shape: readonly number[], tensor?: unknown): TensorPart {
    const { data, stored, own } = typed(this.#where, values, tensor);
    const known = this.#find(data, stored);
    if (known !== undefined) return { tensor: known, dtype: own, shape: [...shape] };
    // Of a small tensor the samples are all values.
    if (this.#bytes + data.byteLength <= this.#limit || data.length <= SAMPLES) {
      return { tensor: this.#put(data.slice(), stored, shape), dtype: own, shape: [...shape] };
    }
    const statistics = summarize(readNumbers(this.#where, 'values', values, tensor));
    const samples = sampled(data);
    const name = this.#find(samples, stored) ?? this.#put(samples, stored, [samples.length]);
    this.sampled++;
    return { tensor: name, dtype: own, shape: [...shape], statistics };
  }

  #find(data: StoredData, dtype: SafetensorsDtype): string | undefined {
    const bytes = bytesOf(data);
    const names = this.#names.get(keyOf(dtype, bytes));
    return names?.find((name) => sameBytes(bytesOf(this.tensors.get(name)!.data), bytes));
  }

  #put(data: StoredData, dtype: SafetensorsDtype, shape: readonly number[]): string {
    const name = `t${this.tensors.size}`;
    this.tensors.set(name, { dtype, shape: [...shape], data });
    const key = keyOf(dtype, bytesOf(data));
    this.#names.set(key, [...(this.#names.get(key) ?? []), name]);
    this.#bytes += data.byteLength;
    return name;
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: StoredData) => new Uint8Array(buffer, byteOffset, byteLength);

const keyOf = (dtype: SafetensorsDtype, bytes: Uint8Array) => `${dtype} ${bytes.length} ${hash(bytes)}`;

/** FNV-1a over 32-bit words. Equal hashes are compared byte by byte. */
function hash(bytes: Uint8Array): number {
  let state = 0x811c9dc5;
  const isAligned = bytes.byteOffset % 4 === 0;
  const words = isAligned ? new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2) : undefined;
  if (words !== undefined) for (let i = 0; i < words.length; i++) state = Math.imul(state ^ words[i]!, 0x01000193);
  for (let i = words === undefined ? 0 : words.length * 4; i < bytes.length; i++) {
    state = Math.imul(state ^ bytes[i]!, 0x01000193);
  }
  return state >>> 0;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function sampled(data: StoredData): StoredData {
  const indices = sampleIndices(data.length);
  const samples = new (data.constructor as new (length: number) => StoredData)(indices.length);
  for (let i = 0; i < indices.length; i++) samples[i] = data[indices[i]!]!;
  return samples;
}
