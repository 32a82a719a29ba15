/**
 * @file ONNX Runtime as structural types, and how its tensors are read. The adapter compiles without it installed, and
 * onnxruntime-node, onnxruntime-web and the copy inside transformers.js all fit.
 */
import type { TensorReader } from '../../src/index.ts';

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
  readonly outputMetadata?: readonly { readonly name: string; readonly isTensor?: boolean }[];
  // biome-ignore lint/suspicious/noExplicitAny: ort overloads it with types that no structural type fits
  run(feeds: any, ...more: any[]): Promise<OnnxTensors<T>>;
  release(): Promise<void>;
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
type TensorClass = new (type: string, data: unknown, dims: readonly number[]) => OnnxTensor;

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
};

/** A copy of a tensor. One on a device is returned as it is: only the runtime could copy it. */
export function keep<T extends OnnxTensor>(tensor: T): T {
  if (!isOnCpu(tensor)) return tensor;
  const data = tensor.data as { slice(): unknown };
  return new (tensor.constructor as unknown as TensorClass)(tensor.type, data.slice(), tensor.dims) as T;
}
