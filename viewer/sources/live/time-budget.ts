/** How long a bucket takes to fill. What it holds may be spent at once: at 2 % that is 10 ms, less than one frame. */
const FILLS_IN = 500;

/** A pause after which everything may be spent again. */
const PAUSE = 250;

/** … and it has to be so many times what was spent before it, so that long captures with short pauses are bounded too. */
const PAUSE_PER_SPENT = 4;

/**
 * A share of time that may be spent: a bucket of milliseconds (a token bucket). It may be overdrawn, since what has begun
 * is brought to its end: then it takes as long to fill as if it had held so much.
 */
export class TimeBudget {
  readonly #share: number;
  readonly #size: number;
  #left: number;
  /** Since when nothing went on, and what was spent between the pause before and then. */
  #quiet = 0;
  #spent = 0;

  /** @param share of all time, above 0, at most 1 */
  constructor(share: number) {
    this.#share = share;
    this.#size = share * FILLS_IN;
    this.#left = this.#size;
  }

  /** Whether something may begin. */
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

  /** Time went by. @param quiet whether nothing went on meanwhile */
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
