import { describe } from './describe.ts';

const LOWEST = -(2n ** 63n);
const HIGHEST = 2n ** 63n - 1n;

/**
 * A step of a series, as event files hold it. Truncates towards zero, as PyTorch's `int(step)` does.
 * @param where names the call in the error message
 * @throws TypeError if the step is neither a number nor a bigint; RangeError if it is not finite, a number beyond the
 *   safe integers, or beyond an int64
 */
export function readStep(where: string, step: unknown): bigint {
  if (typeof step === 'bigint') {
    if (step >= LOWEST && step <= HIGHEST) return step;
    throw new RangeError(`${where}: step ${step} is beyond 64 bits; expected -(2 ** 63) to 2 ** 63 - 1`);
  }
  if (typeof step !== 'number') {
    throw new TypeError(`${where}: step is ${describe(step)}; expected a number or a bigint`);
  }
  const whole = Math.trunc(step);
  if (Number.isSafeInteger(whole)) return BigInt(whole);
  throw new RangeError(
    `${where}: step is ${step}; expected a finite number within the safe integers (beyond them, a bigint)`,
  );
}
