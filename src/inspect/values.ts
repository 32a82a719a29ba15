/** @file The values of stored tensors: as numbers, and in another order of axes. */
import { type Numbers, readNumbers } from '../check/index.ts';
import type { StoredTensor } from './recording.ts';

const numbers = new WeakMap<StoredTensor, Numbers>();

/** The values as numbers; bits of 16-bit floats are decoded. @throws Error for an element type that cannot be read */
export function numbersOf(tensor: StoredTensor): Numbers {
  let known = numbers.get(tensor);
  if (known === undefined) {
    known = readNumbers('compare()', 'values', tensor.data, { dtype: tensor.dtype });
    numbers.set(tensor, known);
  }
  return known;
}

/** Row-major values with their axes in another order: axis `i` of the result is axis `axes[i]` of the argument. */
export function permuted(values: Numbers, shape: readonly number[], axes: readonly number[]): Numbers {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const sizes = axes.map((axis) => shape[axis]!);
  const steps = axes.map((axis) => strides[axis]!);
  const result = new Float64Array(values.length);
  const index = new Array<number>(axes.length).fill(0);
  let from = 0;
  for (let i = 0; i < result.length; i++) {
    result[i] = values[from]!;
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++index[axis]! < sizes[axis]!) break;
      from -= steps[axis]! * sizes[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);
