/** Milliseconds until an empty bucket is full. A full one holds 10 ms at 2 %: less than one frame. */
const FILLS_IN = 500;

/** A pause of this many milliseconds fills the bucket, … */
const PAUSE = 250;

/** … if it is this many times what was spent since the last pause: long captures with short pauses are bounded too. */
const PAUSE_PER_SPENT = 4;

/** A share of time that may be spent: a token bucket of milliseconds. It may be overdrawn, since rounds are completed. */
export class TimeBudget {
  readonly #share: number;
  readonly #size: number;
  #left: number;
  /** How long nothing was called, and what was spent since the last pause. */
  #quiet = 0;
  #spent = 0;

  /** @param share of all time, above 0, at most 1 */
  constructor(share: number) {
    this.#share = share;
    this.#size = share * FILLS_IN;
    this.#left = this.#size;
  }

  get isOpen(): boolean {
    return this.#left > 0;
  }

  get isFull(): boolean {
    return this.#left >= this.#size;
  }

  spend(milliseconds: number): void {
    this.#left -= milliseconds;
    this.#spent += milliseconds;
  }

  /** @param quiet whether nothing was called in this time */
  pass(milliseconds: number, quiet: boolean): void {
    this.#left = Math.min(this.#size, this.#left + milliseconds * this.#share);
    if (!quiet) {
      this.#quiet = 0;
      return;
    }
    this.#quiet += milliseconds;
    if (this.#quiet < Math.max(PAUSE, PAUSE_PER_SPENT * this.#spent)) return;
    this.#left = this.#size;
    this.#spent = 0;
  }
}
