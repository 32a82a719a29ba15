/**
 * @file ONNX Runtime as structural types, and how its tensors are read. The adapter compiles without it installed, and
 * onnxruntime-node, onnxruntime-web and the copy inside transformers.js all fit.
 */
import { readNumbers } from '../../src/adapter.ts';
import { summarize, type TensorReader } from '../../src/index.ts';

/** An ort.Tensor. */
export interface OnnxTensor {
  /** `float32`, `int64`, `bool`, …. */
  readonly type: string;
  /** The sizes of the dimensions, outermost first. */
  readonly dims: readonly number[];
  /** The values, row-major. Reading them throws where they are on a device. */
  readonly data: unknown;
  /** Where the values are. Default: `cpu`. */
  readonly location?: string;
  getData?(): Promise<unknown>;
}

/** Tensors by the names of a model's inputs or outputs. */
export type OnnxTensors<T extends OnnxTensor = OnnxTensor> = { readonly [name: string]: T };

/** An ort.InferenceSession; `T` is its tensor type. */
export interface OnnxSession<T extends OnnxTensor = OnnxTensor> {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly outputMetadata?: readonly {
    readonly name: string;
    readonly isTensor?: boolean;
    readonly type?: string;
    readonly shape?: readonly (number | string)[];
  }[];
  // biome-ignore lint/suspicious/noExplicitAny: ort overloads it with types that no structural type fits
  run(feeds: any, ...more: any[]): Promise<OnnxTensors<T>>;
  release(): Promise<void>;
  endProfiling?(): void;
}

/** The ort namespace, as imported from onnxruntime-node or onnxruntime-web. */
export interface OnnxRuntime<T extends OnnxTensor = OnnxTensor> {
  readonly InferenceSession: SessionClass<T>;
}

/** `ort.InferenceSession`, which is also the `constructor` of every session. */
export interface SessionClass<T extends OnnxTensor = OnnxTensor> {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  create(...args: any[]): Promise<OnnxSession<T>>;
}

/** An ort.InferenceSession.SessionOptions, as far as the adapter reads it. */
export interface OnnxSessionOptions {
  /** Files with the model's weights, for a model that is not given as a path. */
  readonly externalData?: readonly (string | { readonly path: string; readonly data: unknown })[];
  readonly executionProviders?: readonly unknown[];
  readonly [option: string]: unknown;
}

export function isTensor(value: unknown): value is OnnxTensor {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as OnnxTensor).type === 'string' &&
    Array.isArray((value as OnnxTensor).dims)
  );
}

export const isOnCpu = ({ location }: OnnxTensor): boolean =>
  location === undefined || location === 'cpu' || location === 'cpu-pinned';

type Values = ReturnType<TensorReader['values']>;

/** The class of a runtime's tensors. */
export type TensorClass<T extends OnnxTensor> = new (type: string, data: unknown, dims: readonly number[]) => T;

/** TensorProto.DataType by ONNX Runtime's names. */
export const ELEMENT_TYPES: Readonly<Record<string, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
};

/** ONNX Runtime's name of a TensorProto.DataType; undefined where it has none. */
export const typeName = (type: unknown): string | undefined =>
  Object.keys(ELEMENT_TYPES).find((name) => ELEMENT_TYPES[name] === type);

/** Arrays are given as they are: the tensor's type tells float16 from integers, and booleans from bytes. */
export const tensorReader: TensorReader = {
  is: isTensor,
  shape: (tensor) => (tensor as OnnxTensor).dims,
  values: (value) => {
    const tensor = value as OnnxTensor;
    if (tensor.type === 'string') return undefined;
    return (isOnCpu(tensor) ? tensor.data : tensor.getData!()) as Values;
  },
  keep: (tensor) => keep(tensor as OnnxTensor),
  summarize: (value) => {
    const tensor = value as OnnxTensor;
    if (tensor.type === 'string') return undefined;
    const summaryOf = (values: unknown) => summarize(readNumbers('statistics', 'values', values, tensor));
    return isOnCpu(tensor) ? summaryOf(tensor.data) : tensor.getData!().then(summaryOf);
  },
  withValues: (tensor, values) => withValues(tensor as OnnxTensor, values as ArrayLike<number>),
};

/** The class of the runtime's tensors, from those that it is fed. */
export const tensorClass = <T extends OnnxTensor>(feeds: OnnxTensors<T>): TensorClass<T> | undefined =>
  Object.values(feeds ?? {}).find(isTensor)?.constructor as TensorClass<T> | undefined;

/** A tensor of the same class and element type as another. */
export const make = <T extends OnnxTensor>(like: T, data: unknown, dims: readonly number[]): T =>
  new (like.constructor as TensorClass<T>)(like.type, data, dims);

/** A tensor whose values can be read. */
export async function onCpu<T extends OnnxTensor>(tensor: T): Promise<T> {
  return isOnCpu(tensor) ? tensor : make(tensor, await tensor.getData!(), tensor.dims);
}

/** A copy of a tensor. One on a device is returned as it is: only the runtime could copy it. */
export function keep<T extends OnnxTensor>(tensor: T): T {
  if (!isOnCpu(tensor)) return tensor;
  return make(tensor, (tensor.data as { slice(): unknown }).slice(), tensor.dims);
}

/** A tensor with other values, rounded to its element type. */
function withValues(tensor: OnnxTensor, values: ArrayLike<number>): OnnxTensor {
  const { type, dims, data } = tensor;
  const array = data as { constructor: { from(values: ArrayLike<number>, map?: (value: number) => unknown): unknown } };
  const isBits = type === 'float16' && data instanceof Uint16Array;
  const convert = isBits
    ? float16Bits
    : /^u?int64$/.test(type)
      ? (value: number) => BigInt(Math.trunc(value))
      : undefined;
  return make(tensor, array.constructor.from(values, convert), dims);
}

/** The bits of the nearest float16, ties to even. Node 20 has no array for them. */
function float16Bits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  let exponent = Math.floor(Math.log2(size));
  if (2 ** exponent > size) exponent--;
  exponent = Math.max(-14, exponent);
  const scaled = size / 2 ** (exponent - 10);
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  // The leading one of a normal number raises the exponent by one, and so does a carry.
  return sign | (((exponent + 14) << 10) + rounded);
}
