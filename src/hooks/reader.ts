import type { Summary } from '../kernels/index.ts';

/**
 * How to read the tensors of one framework. The hooks know no tensor class: whoever makes a Hookable says how its
 * outputs are read.
 */
export interface TensorReader<T = unknown> {
  /** Whether a value is one of this framework's tensors. */
  is(value: unknown): value is T;
  /** The sizes of the dimensions, outermost first; empty for a scalar. */
  shape(tensor: T): readonly number[];
  /** The values, row-major; a promise of them where the framework has to wait for a device. */
  values(tensor: T): Float32Array | Promise<Float32Array>;
  /** A copy that outlives the call, for frameworks that free their tensors. */
  keep(tensor: T): T;
  /**
   * Statistics, for frameworks that compute them where the tensor is, without reading it. Default: from the values.
   */
  summarize?(tensor: T): Summary | Promise<Summary>;
}
