import type { Entry } from './run-series.ts';

/** Bounds the memory of series: over the budget, the largest shrink. */
export class MemoryBound {
  readonly #budget: number;
  #bytes = 0;
  /** Series shrink above this. */
  #limit: number;
  /** The next series to shrink, the largest last. */
  #large: Entry[] = [];

  /** @param budget in bytes */
  constructor(budget: number) {
    this.#budget = budget;
    this.#limit = budget;
  }

  /** About the memory that all series take. */
  get bytes(): number {
    return this.#bytes;
  }

  get isExceeded(): boolean {
    return this.#bytes > this.#limit;
  }

  /** Call this after each change of a series. */
  measure(entry: Entry): void {
    this.#bytes -= entry.bytes;
    entry.bytes = entry.series.bytes;
    this.#bytes += entry.bytes;
  }

  /** Shrinks the largest series, one at a time, until all are within the budget. */
  shrink(entriesNow: () => Entry[]): void {
    let tried = 0;
    while (this.#bytes > this.#budget) {
      if (this.#large.length === 0) {
        const entries = entriesNow();
        if (tried >= entries.length) break;
        const largest = entries.reduce((most, { bytes }) => Math.max(most, bytes), 0);
        // All from half of the largest up, so that they are not sorted again for each point.
        this.#large = entries.filter(({ bytes }) => bytes >= largest / 2).sort((a, b) => a.bytes - b.bytes);
      }
      const entry = this.#large.pop()!;
      tried = entry.series.shrink() ? 0 : tried + 1;
      this.measure(entry);
    }
    // Series that cannot shrink are not tried again with each point.
    this.#limit = this.#bytes > this.#budget ? this.#bytes * 1.1 : this.#budget;
  }
}
