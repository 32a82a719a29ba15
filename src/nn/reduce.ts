import { check, rule } from '../check/index.ts';
import { numberOfValues } from './shape.ts';

/** Reduces `count` values, `stride` apart, that begin at `start`. */
export type Reduction = (values: Float32Array, start: number, stride: number, count: number) => number;

/** In float64; the result is rounded once. */
export const sumOf: Reduction = (values, start, stride, count) => {
  let sum = 0;
  for (let i = 0, at = start; i < count; i++, at += stride) sum += values[at]!;
  return sum;
};

export const meanOf: Reduction = (values, start, stride, count) => sumOf(values, start, stride, count) / count;

export const maxOf: Reduction = (values, start, stride, count) =>
  values[start + argmaxOf(values, start, stride, count) * stride]!;

/** The first NaN, or else the first of the largest values. */
export const argmaxOf: Reduction = (values, start, stride, count) => {
  let index = 0;
  let max = values[start]!;
  for (let i = 1, at = start + stride; i < count && !Number.isNaN(max); i++, at += stride) {
    const value = values[at]!;
    if (value > max || Number.isNaN(value)) {
      max = value;
      index = i;
    }
  }
  return index;
};

const DIM = rule('a whole number', Number.isSafeInteger);

/**
 * @param name of the method, for messages
 * @param dim the dimension to reduce; negative counts from the end; all dimensions if undefined
 * @throws RangeError with PyTorch's text for a dimension that does not exist, or one of size 0 if the reduction needs a value
 */
export function reduce(
  name: string,
  reduction: Reduction,
  values: Float32Array,
  shape: readonly number[],
  dim: number | undefined,
): { data: Float32Array; shape: number[] } {
  const needsValues = reduction === maxOf || reduction === argmaxOf;
  if (dim === undefined) {
    if (needsValues && values.length === 0) {
      const advice = name === 'max' ? " Specify the reduction dim with the 'dim' argument." : '';
      const text = `${name}(): Expected reduction dim to be specified for input.numel() == 0.${advice}`;
      throw new RangeError(`${text}\n  of shape: [${shape.join(', ')}]`);
    }
    return { data: Float32Array.of(reduction(values, 0, 1, values.length)), shape: [] };
  }
  check(`${name}()`, 'dim', dim, DIM);
  // As in PyTorch, a scalar has a dimension here.
  const sizes = shape.length === 0 ? [1] : shape;
  const rank = sizes.length;
  if (dim < -rank || dim >= rank) {
    const text = `Dimension out of range (expected to be in range of [${-rank}, ${rank - 1}], but got ${dim})`;
    throw new RangeError(`${text}\n  in: ${name}()\n  of shape: [${shape.join(', ')}]`);
  }
  const axis = dim < 0 ? dim + rank : dim;
  const count = sizes[axis]!;
  if (needsValues && count === 0) {
    const text = `${name}(): Expected reduction dim ${axis} to have non-zero size.`;
    throw new RangeError(`${text}\n  of shape: [${shape.join(', ')}]`);
  }
  const stride = numberOfValues(sizes.slice(axis + 1));
  const kept = shape.filter((_, i) => i !== axis);
  const data = new Float32Array(numberOfValues(kept));
  for (let i = 0; i < data.length; i++) {
    const inner = i % stride;
    data[i] = reduction(values, (i - inner) * count + inner, stride, count);
  }
  return { data, shape: kept };
}
