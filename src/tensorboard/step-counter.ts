import { describe } from '../hooks/index.ts';

const LOWEST = -(2n ** 63n);
const HIGHEST = 2n ** 63n - 1n;

/**
 * Decides the step of each record. Where the caller gives none it counts, for each tag from 0: TensorBoard keeps only
 * the last of several records of one tag and step, so that a constant step would hide all but one.
 */
export class StepCounter {
  readonly #next = new Map<string, bigint>();

  /**
   * The step of a tag's next record. Changes nothing.
   * @param where names the call in the error message
   * @throws as {@link readStep} does, RangeError where counting on leaves an int64
   */
  resolve(where: string, tag: string, step: unknown): bigint {
    return readStep(where, step === undefined ? (this.#next.get(tag) ?? 0n) : step);
  }

  /** Goes on counting after this step. */
  advance(tag: string, step: bigint): void {
    this.#next.set(tag, step + 1n);
  }
}

/**
 * Truncates towards zero, as PyTorch's `int(step)` does.
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
    throw new TypeError(`${where}: step is ${describe(step)}; expected a number, a bigint or undefined`);
  }
  const whole = Math.trunc(step);
  if (Number.isSafeInteger(whole)) return BigInt(whole);
  throw new RangeError(
    `${where}: step is ${step}; expected a finite number within the safe integers (beyond them, a bigint)`,
  );
}
