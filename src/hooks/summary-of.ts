import { isThenable, readNumbers } from '../check/index.ts';
import { kernels, type Summary } from '../kernels/index.ts';
import type { TensorReader, TensorValues } from './reader.ts';

/**
 * The statistics of a tensor: computed where the reader can do that itself, else from its values.
 * @param where names the call in messages
 * @returns undefined for a tensor without numbers
 * @throws TypeError for values that cannot be read as numbers
 */
export function summaryOf(
  where: string,
  reader: TensorReader,
  tensor: unknown,
): Summary | undefined | PromiseLike<Summary | undefined> {
  if (reader.summarize !== undefined) return reader.summarize(tensor);
  const summaryOfValues = (values: TensorValues) =>
    values === undefined ? undefined : kernels().summarize(readNumbers(where, 'values', values, tensor));
  const values = reader.values(tensor);
  return isThenable(values) ? values.then(summaryOfValues) : summaryOfValues(values);
}
