/** Milliseconds in which the bucket of {@link TimeBudget} fills. At a share of 2 % it then holds 10 ms: less than a frame. */
const FILLS_IN = 500;

/** A pause of at least this many milliseconds fills the bucket. */
const PAUSE = 250;

/** The pause must also be this many times as long as the time spent since the last one, which bounds long captures. */
const PAUSE_PER_SPENT = 4;

/** A share of time that may be spent: a token bucket of milliseconds. It may be overdrawn, since rounds are completed. */
export class TimeBudget {
  #share: number;
  #size: number;
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

  /** Of all time, above 0, at most 1. */
  set share(share: number) {
    this.#share = share;
    this.#size = share * FILLS_IN;
    this.#left = Math.min(this.#left, this.#size);
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
