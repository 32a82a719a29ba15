/** @file Reading numbers: the one place that knows which arrays hold numbers, and which hold bits of something else. */
import { describe } from './describe.ts';
import { GONE, isDetached } from './detached.ts';
import { bfloat16ToFloat32, float16ToFloat32 } from './half-precision.ts';

/** Numbers that may be read but not written: any typed array but the BigInt ones, or a plain array. */
export interface Numbers {
  readonly length: number;
  readonly [index: number]: number;
}

/**
 * Any array of numbers: a typed array, also one of 64-bit integers, or a plain array. A boolean counts as 0 or 1. 64-bit
 * integers are rounded to the nearest float64, as PyTorch rounds those that it logs.
 */
export type NumericArray = Numbers | BigInt64Array | BigUint64Array | readonly (number | bigint | boolean)[];

/** What the elements of a tensor are, and the array that holds them in this form. */
const ARRAY_OF = {
  float16: 'Uint16Array',
  bfloat16: 'Uint16Array',
  float32: 'Float32Array',
  float64: 'Float64Array',
  int8: 'Int8Array',
  int16: 'Int16Array',
  int32: 'Int32Array',
  int64: 'BigInt64Array',
  uint8: 'Uint8Array',
  uint16: 'Uint16Array',
  uint32: 'Uint32Array',
  uint64: 'BigUint64Array',
  bool: 'Uint8Array',
} as const;

type Kind = keyof typeof ARRAY_OF;

/** The other names of a kind: of safetensors, of PyTorch and of JavaScript's arrays. */
const OTHER_NAMES: Record<string, Kind> = {
  f16: 'float16',
  fp16: 'float16',
  half: 'float16',
  bf16: 'bfloat16',
  f32: 'float32',
  fp32: 'float32',
  float: 'float32',
  f64: 'float64',
  fp64: 'float64',
  double: 'float64',
  i8: 'int8',
  i16: 'int16',
  i32: 'int32',
  i64: 'int64',
  bigint64: 'int64',
  u8: 'uint8',
  uint8_clamped: 'uint8',
  u16: 'uint16',
  u32: 'uint32',
  u64: 'uint64',
  biguint64: 'uint64',
  boolean: 'bool',
};

/** A Map, since a tensor may well be of the type "constructor". */
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ...(Object.keys(ARRAY_OF) as Kind[]).map((kind) => [kind, kind] as const),
  ...Object.entries(OTHER_NAMES),
]);

/** Names of element types that are none of those: `complex64`, `C64`, `float8_e4m3fn`, `F8_E5M2`, `uint4`, `string`. */
const UNREADABLE = /^(q?u?int\d|b?float\d|complex|c(64|128)$|[uifq][2468]|[bnf][fp]\d|bits\d|string$)/;

/**
 * Reads the values of a tensor, or those of an array.
 *
 * What the elements are is said by the tensor's `dtype` or `type`, in the words of PyTorch (`torch.float16`), ONNX
 * (`float16`) or safetensors (`F16`). Where neither says it, a typed array holds what its name says: a Uint16Array integers.
 *
 * @param where names the call in messages
 * @param name names the values in messages
 * @param tensor what the values were read from; nothing for a bare array
 * @returns a Float32Array itself, as every array that needs no conversion; else a new array
 * @throws TypeError for what is no array of numbers, for one whose memory was transferred, for element types that cannot be
 *   read, and for an array that is not the one of its element type: there bits would pass for numbers
 */
export function readNumbers(where: string, name: string, values: unknown, tensor?: unknown): Numbers {
  const kind = kindOf(where, name, values, tensor);
  if (values instanceof Float32Array && values.length > 0) return values;
  if (Array.isArray(values)) return readPlainArray(where, name, values);
  const array = typedArrayName(values);
  if (array === undefined) {
    throw new TypeError(`${where}: ${name} is ${describe(values)}; expected an array of numbers`);
  }
  if ((values as Numbers).length === 0 && isDetached(values as ArrayBufferView)) {
    throw new TypeError(`${where}: ${name} is ${describe(values)}: ${GONE}`);
  }
  if (kind === 'float16' && array === 'Uint16Array') return float16ToFloat32(values as Uint16Array);
  if (kind === 'bfloat16' && array === 'Uint16Array') return bfloat16ToFloat32(values as Uint16Array);
  // Bytes would pass for pixels.
  if (kind === 'bool') return Float32Array.from(values as Uint8Array, (value) => (value === 0 ? 0 : 1));
  if (!array.startsWith('Big')) return values as Numbers;
  return Float64Array.from(values as BigInt64Array as unknown as ArrayLike<number>, Number);
}

/** Whether a value is a typed array that {@link readNumbers} reads. */
export const isTypedNumbers = (value: unknown): boolean =>
  value instanceof Float32Array || typedArrayName(value) !== undefined;

/** Found by its tag, since instanceof fails across realms. */
function typedArrayName(value: unknown): string | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  return /^(Int|Uint|Float|BigInt|BigUint)\d+(Clamped)?Array$/.test(tag) ? tag : undefined;
}

/** Arrays of floats hold what others have converted. */
function holds(array: string, kind: Kind): boolean {
  if (array.startsWith('Float') || array === ARRAY_OF[kind]) return true;
  // tfjs and others have booleans in arrays of integers.
  return kind === 'bool' ? !array.startsWith('Big') : kind === 'uint8' && array === 'Uint8ClampedArray';
}

/**
 * What the elements of an array are; undefined where its tensor does not say.
 * @param where as of {@link readNumbers}, and so are the others
 * @throws TypeError for an element type that cannot be read, and for an array that is not the one of its element type
 */
export function kindOf(where: string, name: string, values: unknown, tensor: unknown): Kind | undefined {
  const kind = kindSaid(where, name, tensor);
  const array = kind && typedArrayName(values);
  if (kind === undefined || array === undefined || holds(array, kind)) return kind;
  const expected = [...new Set([ARRAY_OF[kind], 'Float32Array', 'Float64Array'])].join(' or ');
  throw new TypeError(`${where}: ${name} is of type ${kind}, but in ${describe(values)}; expected a ${expected}`);
}

/** @throws TypeError for an element type that cannot be read */
function kindSaid(where: string, name: string, tensor: unknown): Kind | undefined {
  if (tensor === undefined || tensor === null) return undefined;
  const { dtype, type } = tensor as { dtype?: unknown; type?: unknown };
  const said = typeof dtype === 'string' ? dtype : type;
  if (typeof said !== 'string') return undefined;
  const kind = KINDS.get(said) ?? KINDS.get(plainName(said));
  if (kind !== undefined || !UNREADABLE.test(plainName(said))) return kind;
  throw new TypeError(
    `${where}: ${name} is of type ${said}, which cannot be read; expected ${Object.keys(ARRAY_OF).join(', ')}`,
  );
}

const plainName = (name: string): string => name.toLowerCase().replace(/^torch\./, '');

/** The array itself where it holds numbers alone. By index: methods would pass over holes. */
function readPlainArray(where: string, name: string, values: readonly unknown[]): Numbers {
  let same = true;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value === 'number') continue;
    if (!isNumeric(value)) {
      throw new TypeError(`${where}: ${name}[${i}] is ${describe(value)}; expected a number`);
    }
    same = false;
  }
  return same ? (values as readonly number[]) : Float64Array.from(values as readonly number[], Number);
}

/** Whether a value is a number, or counts as one: a bigint, true or false. `Number` converts it. */
export const isNumeric = (value: unknown): value is number | bigint | boolean =>
  typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
