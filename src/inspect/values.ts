/** @file The values of stored tensors: as numbers, and in another order of axes. */
import { type Numbers, type NumericArray, readNumbers, typedArrayName } from '../check/index.ts';
import type { StoredTensor } from './recording.ts';

type BigIntegers = BigInt64Array | BigUint64Array;

/** 64-bit integers, by the numbers that they were rounded to, if numbers do not hold all of them. */
const unrounded = new WeakMap<Numbers, BigIntegers>();

/** What was rounded to these numbers; themselves if nothing was. */
export const exactly = (values: Numbers): Numbers | BigIntegers => unrounded.get(values) ?? values;

/** The values of a tensor as numbers, for comparing. @throws TypeError for values that are no numbers */
export function comparable(where: string, values: NumericArray, tensor: unknown): Numbers {
  const read = readNumbers(where, 'values', values, tensor);
  if (!typedArrayName(values)?.startsWith('Big')) return read;
  for (let i = 0; i < read.length; i++) {
    if (Math.abs(read[i]!) < 2 ** 53) continue;
    unrounded.set(read, values as BigIntegers);
    break;
  }
  return read;
}

const numbers = new WeakMap<StoredTensor, Numbers>();

/** The values as numbers; bits of 16-bit floats are decoded. @throws Error for an element type that cannot be read */
export function numbersOf(tensor: StoredTensor): Numbers {
  let known = numbers.get(tensor);
  if (known === undefined) {
    known = comparable('compare()', tensor.data, { dtype: tensor.dtype });
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
