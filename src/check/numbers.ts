/** @file Reading numbers: which arrays hold numbers, and which hold the bits of another type. */
import { describe } from './describe.ts';
import { bfloat16ToFloat32, float16ToFloat32 } from './half-precision.ts';
import { mismatch } from './options.ts';
import { typedArrayName } from './type-tests.ts';

/** Read-only numbers: a plain array, or any typed array except those of BigInt. */
export interface Numbers {
  readonly length: number;
  readonly [index: number]: number;
}

/**
 * Any array of numbers: a typed array or a plain one. Booleans count as 0 or 1. 64-bit integers are rounded to the nearest
 * float64, as PyTorch does when it logs them.
 */
export type NumericArray = Numbers | BigInt64Array | BigUint64Array | readonly (number | bigint | boolean)[];

/** The element types of tensors: the array that holds each, then its other names in safetensors, PyTorch and JavaScript. */
const TYPES = {
  float16: ['Uint16Array', 'f16', 'fp16', 'half'],
  bfloat16: ['Uint16Array', 'bf16'],
  float32: ['Float32Array', 'f32', 'fp32', 'float'],
  float64: ['Float64Array', 'f64', 'fp64', 'double'],
  int8: ['Int8Array', 'i8'],
  int16: ['Int16Array', 'i16'],
  int32: ['Int32Array', 'i32'],
  int64: ['BigInt64Array', 'i64', 'bigint64'],
  uint8: ['Uint8Array', 'u8', 'uint8_clamped'],
  uint16: ['Uint16Array', 'u16'],
  uint32: ['Uint32Array', 'u32'],
  uint64: ['BigUint64Array', 'u64', 'biguint64'],
  bool: ['Uint8Array', 'boolean'],
} as const;

type Kind = keyof typeof TYPES;

/** A Map: an object would find "constructor". */
const KINDS: ReadonlyMap<string, Kind> = new Map(
  (Object.keys(TYPES) as Kind[]).flatMap((kind) =>
    [kind, ...TYPES[kind].slice(1)].map((name) => [name, kind] as const),
  ),
);

/** Other element types: `complex64`, `C64`, `float8_e4m3fn`, `F8_E5M2`, `uint4`, `string`. */
const UNREADABLE = /^(q?u?int\d|b?float\d|complex|c(64|128)$|[uifq][2468]|[bnf][fp]\d|bits\d|string$)/;

/**
 * Reads the values of a tensor or an array.
 *
 * The element type is the tensor's `dtype` or `type`, in the words of PyTorch (`torch.float16`), ONNX (`float16`) or
 * safetensors (`F16`). Without one, the class of the typed array says it: a Uint16Array holds integers.
 *
 * @param where names the call in messages
 * @param name names the values in messages
 * @param tensor the owner of the values; undefined for a bare array
 * @returns the array itself if it needs no conversion, as a Float32Array; else a new array
 * @throws TypeError for anything but an array of numbers, for an array whose memory was transferred, for unreadable
 *   element types, and for an array of another class than its element type, whose bits would pass for numbers
 */
export function readNumbers(where: string, name: string, values: unknown, tensor?: unknown): Numbers {
  const kind = kindOf(where, name, values, tensor);
  if (values instanceof Float32Array && values.length > 0) return values;
  if (Array.isArray(values)) return readPlainArray(where, name, values);
  const array = typedArrayName(values);
  if (array === undefined) throw mismatch(where, name, 'an array of numbers', values);
  if ((values as Numbers).length === 0 && isDetached(values as ArrayBufferView)) {
    throw new TypeError(`${where}: ${name} must be an array of numbers, got ${describe(values)}: ${GONE}`);
  }
  if (kind === 'float16' && array === 'Uint16Array') return float16ToFloat32(values as Uint16Array);
  if (kind === 'bfloat16' && array === 'Uint16Array') return bfloat16ToFloat32(values as Uint16Array);
  // As bytes they would pass for pixels.
  if (kind === 'bool') return Float32Array.from(values as Uint8Array, (value) => (value === 0 ? 0 : 1));
  if (!array.startsWith('Big')) return values as Numbers;
  return Float64Array.from(values as BigInt64Array as unknown as ArrayLike<number>, Number);
}

/** Whether a value is a typed array that {@link readNumbers} reads. */
export const isTypedNumbers = (value: unknown): boolean =>
  value instanceof Float32Array || typedArrayName(value) !== undefined;

/** An array of floats may hold any kind, already converted. */
function holds(array: string, kind: Kind): boolean {
  if (array.startsWith('Float') || array === TYPES[kind][0]) return true;
  // tfjs and others keep booleans in arrays of integers.
  return kind === 'bool' ? !array.startsWith('Big') : kind === 'uint8' && array === 'Uint8ClampedArray';
}

/**
 * The element type of an array; undefined if its tensor has none. Parameters as for {@link readNumbers}.
 * @throws TypeError for an unreadable element type, and for an array of another class than its element type
 */
export function kindOf(where: string, name: string, values: unknown, tensor: unknown): Kind | undefined {
  const kind = declaredKind(where, name, tensor);
  const array = kind && typedArrayName(values);
  if (kind === undefined || array === undefined || holds(array, kind)) return kind;
  const expected = [...new Set([TYPES[kind][0], 'Float32Array', 'Float64Array'])].join(' or ');
  throw new TypeError(`${where}: ${name} of type ${kind} must be in a ${expected}, got ${describe(values)}`);
}

/** @throws TypeError for an unreadable element type */
function declaredKind(where: string, name: string, tensor: unknown): Kind | undefined {
  if (tensor === undefined || tensor === null) return undefined;
  const { dtype, type } = tensor as { dtype?: unknown; type?: unknown };
  const declared = typeof dtype === 'string' ? dtype : type;
  if (typeof declared !== 'string') return undefined;
  const kind = KINDS.get(declared) ?? KINDS.get(plainName(declared));
  if (kind !== undefined || !UNREADABLE.test(plainName(declared))) return kind;
  throw new TypeError(`${where}: ${name} must be of type ${Object.keys(TYPES).join(', ')}, got ${declared}`);
}

const plainName = (name: string): string => name.toLowerCase().replace(/^torch\./, '');

/** @returns the array itself if it holds numbers alone. Read by index: array methods skip holes. */
function readPlainArray(where: string, name: string, values: readonly unknown[]): Numbers {
  let same = true;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value === 'number') continue;
    if (!isNumeric(value)) throw mismatch(where, `${name}[${i}]`, 'a number', value);
    same = false;
  }
  return same ? (values as readonly number[]) : Float64Array.from(values as readonly number[], Number);
}

/** Whether `Number(value)` is its value: a number, bigint or boolean. */
export const isNumeric = (value: unknown): value is number | bigint | boolean =>
  typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';

/** Appended to messages about an array whose memory was transferred. */
export const GONE = 'its memory is gone; a transfer by postMessage or structuredClone takes it away, a copy does not';

/** Whether the memory of an array was transferred. */
export function isDetached({ buffer }: ArrayBufferView): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    // Throws on a detached buffer; an empty one has the same byteLength.
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/**
 * The key under which layertap's tensors give their values for reading: a Parameter counts every access of `data` as a
 * write. Registered, so that copies of layertap share it.
 */
export const VALUES: symbol = Symbol.for('layertap.values');
