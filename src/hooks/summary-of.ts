import { isThenable } from '../check/index.ts';
import { type Summary, summarize } from '../kernels/index.ts';
import type { TensorReader } from './reader.ts';

/** The statistics of a tensor: computed where the reader can do that itself, else from its values. */
export function summaryOf(reader: TensorReader, tensor: unknown): Summary | PromiseLike<Summary> {
  if (reader.summarize !== undefined) return reader.summarize(tensor);
  const values = reader.values(tensor);
  return isThenable(values) ? values.then(summarize) : summarize(values);
}
