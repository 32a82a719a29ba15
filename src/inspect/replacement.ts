/** @file Tensors of b with the values of a. */
import type { Numbers } from '../check/index.ts';
import type { TensorReader } from '../hooks/index.ts';
import type { Expected } from './expected.ts';
import { sizeOf } from './values.ts';

/**
 * A tensor like one of b, with the values that it should have.
 * @param given its values, for those that a has not, where a's batch is smaller
 * @returns undefined where there can be none: the reader makes no tensors, or only samples are known
 */
export function replacementOf(
  reader: TensorReader,
  tensor: unknown,
  { values, indices, problem }: Expected,
  given: Numbers | undefined,
): unknown {
  if (reader.withValues === undefined || indices !== undefined || problem !== undefined) return undefined;
  const count = sizeOf(reader.shape(tensor));
  if (values.length === count) return reader.withValues(tensor, values);
  if (given === undefined) return undefined;
  // a's batch is smaller: the other rows stay.
  const rows = Float64Array.from(given as ArrayLike<number>);
  rows.set(values as ArrayLike<number>);
  return reader.withValues(tensor, rows);
}
