import { readStep } from '../check/index.ts';

/**
 * Counts the steps of each tag from 0, for records without a given step. A constant step would not do: TensorBoard shows only
 * the last of several records of one tag and step.
 */
export class StepCounter {
  readonly #next = new Map<string, bigint>();

  /**
   * The step of a tag's next record. Changes nothing.
   * @param where prefix of error messages
   * @throws as {@link readStep}; RangeError if the count leaves an int64
   */
  resolve(where: string, tag: string, step: unknown): bigint {
    return readStep(where, step === undefined ? (this.#next.get(tag) ?? 0n) : step);
  }

  /** Continues counting after this step. */
  advance(tag: string, step: bigint): void {
    this.#next.set(tag, step + 1n);
  }
}
