import type { Numbers, NumericArray, Summary } from '../../check/index.ts';

/** What {@link TensorReader.values} gives. */
export type TensorValues = NumericArray | undefined;

/**
 * How to read the tensors of one framework. The hooks know no tensor class: whoever makes a Hookable says how its
 * outputs are read.
 */
export interface TensorReader<T = unknown> {
  /** Whether a value is one of this framework's tensors. */
  is(value: unknown): value is T;
  /** The sizes of the dimensions, outermost first; empty for a scalar. */
  shape(tensor: T): readonly number[];
  /**
   * The values, row-major; undefined where they are no numbers, as in a tensor of strings; a promise where the framework has
   * to wait for a device. A Float32Array is the fastest, and is not copied. Bits of float16 or bfloat16 in a Uint16Array
   * are read as such where the tensor's `dtype` or `type` says so, as `float16`, `F16` or `torch.float16`.
   */
  values(tensor: T): TensorValues | Promise<TensorValues>;
  /** A copy that outlives the call, for frameworks that free their tensors. */
  keep(tensor: T): T;
  /** A tensor like another, with other values, converted to its element type. Edits need it. */
  withValues?(tensor: T, values: Numbers): T;
  /**
   * Statistics, for frameworks that compute them where the tensor is, or for a faster way than the default: plain
   * JavaScript over the values, which takes twenty times as long as `summarize` of layertap. Undefined where there are no
   * numbers.
   */
  summarize?(tensor: T): Summary | undefined | Promise<Summary | undefined>;
}
