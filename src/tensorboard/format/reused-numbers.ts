/** Room for the numbers of one batch of histograms: about as many as a piece of a file holds. */
const FIRST_NUMBERS = 1 << 14;

/**
 * Memory for numbers that is used again and again. Fresh memory for each of many histograms costs as much as all of
 * decoding them.
 */
export class ReusedNumbers {
  #numbers: Float64Array = new Float64Array(FIRST_NUMBERS);
  #taken = 0;

  /** From here on, what was taken may be written over. */
  reset(): void {
    this.#taken = 0;
  }

  /** What is in it is to be set. */
  readonly take = (count: number): Float64Array => {
    if (this.#taken + count > this.#numbers.length) {
      // Whoever took some of the old memory still has it.
      this.#numbers = new Float64Array(Math.max(count, this.#numbers.length * 2));
      this.#taken = 0;
    }
    this.#taken += count;
    return this.#numbers.subarray(this.#taken - count, this.#taken);
  };
}
