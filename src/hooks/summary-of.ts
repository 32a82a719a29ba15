import { isThenable, plainSummary, readNumbers, type Summary } from '../check/index.ts';
import type { TensorReader, TensorValues } from './core/reader.ts';

/**
 * The statistics of a tensor: computed by its reader if that can, else in plain JavaScript from its values.
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
    values === undefined ? undefined : plainSummary(readNumbers(where, 'values', values, tensor));
  const values = reader.values(tensor);
  return isThenable(values) ? values.then(summaryOfValues) : summaryOfValues(values);
}
