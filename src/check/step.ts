import { mismatch } from './options.ts';

const LOWEST = -(2n ** 63n);
const HIGHEST = 2n ** 63n - 1n;

/**
 * A step of a series, as event files store it: an int64. PyTorch truncates a fraction without a word, and of records with one step
 * TensorBoard shows the last; so a fraction is refused.
 * @param where names the call in error messages
 * @throws TypeError if the step is neither a number nor a bigint; RangeError for a number that is not a safe integer, or a
 *   bigint outside the int64
 */
export function readStep(where: string, step: unknown): bigint {
  if (typeof step === 'bigint') {
    if (step >= LOWEST && step <= HIGHEST) return step;
    throw new RangeError(`${where}: step must be from -(2 ** 63) to 2 ** 63 - 1, got ${step}`);
  }
  if (typeof step !== 'number') throw mismatch(where, 'step', 'a number or a bigint', step);
  if (Number.isSafeInteger(step)) return BigInt(step);
  throw new RangeError(`${where}: step must be a whole number within the safe integers, or a bigint, got ${step}`);
}
