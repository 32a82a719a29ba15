import { readStep } from '../check/index.ts';

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
