/**
 * @file What the adapter needs of ONNX Runtime, as structural types: who has it not installed can still compile, and
 * onnxruntime-node, onnxruntime-web and what transformers.js holds all fit.
 */

/** An ort.Tensor. */
export interface OnnxTensor {
  /** `float32`, `int64`, `bool`, …. */
  readonly type: string;
  /** The sizes of the dimensions, outermost first. */
  readonly dims: readonly number[];
  /** The values, row-major. Throws where they are on a device. */
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
  // biome-ignore lint/suspicious/noExplicitAny: ort overloads it with types of its own, which no structural type fits
  run(feeds: any, ...more: any[]): Promise<OnnxTensors<T>>;
  release(): Promise<void>;
}

/** The ort namespace, as imported from onnxruntime-node or onnxruntime-web. */
export interface OnnxRuntime<T extends OnnxTensor = OnnxTensor> {
  readonly InferenceSession: {
    // biome-ignore lint/suspicious/noExplicitAny: as above
    create(...args: any[]): Promise<OnnxSession<T>>;
  };
}

/** What ONNX Runtime calls InferenceSession.SessionOptions, as far as the adapter looks at it. */
export interface OnnxSessionOptions {
  /** Files that the model's weights are in, where it was not read from a path. */
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
