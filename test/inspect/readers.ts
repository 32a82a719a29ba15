// Readers of tensors that no framework has.
import type { TensorReader } from '../../src/index.ts';

/** Arrays whose values have to be awaited, as those on a device. */
export const laterReader: TensorReader<Float64Array> = {
  is: (value): value is Float64Array => value instanceof Float64Array,
  shape: ({ length }) => [length],
  values: async (array) => array,
  keep: (array) => array.slice(),
};

/** A tensor of any element type. */
export interface AnyTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: unknown;
}

export const anyReader: TensorReader<AnyTensor> = {
  is: (value): value is AnyTensor => typeof value === 'object' && value !== null && 'dtype' in value,
  shape: ({ shape }) => shape,
  values: ({ data }) => data as Float32Array,
  keep: (tensor) => tensor,
};
