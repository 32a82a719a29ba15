import { DEFAULT_EDGES } from '../data/default-edges.ts';
import type { Bins } from '../data/points.ts';

/**
 * Adds columns that have PyTorch's default edges bin by bin, so that what they come to is laid out in pixels once and not column by
 * column. Ten thousand of 120 bins: 2 ms and not 25.
 */
export class BinSum {
  readonly #counts: Float64Array = new Float64Array(DEFAULT_EDGES.length - 1);
  /** The bins that hold anything are from here to there. */
  #from = Number.POSITIVE_INFINITY;
  #to = 0;

  /** @returns whether these are bins of the default edges, and were added */
  add({ edges, counts }: Bins, share: number): boolean {
    if (edges.buffer !== DEFAULT_EDGES.buffer) return false;
    const sums = this.#counts;
    const offset = edges.byteOffset / Float64Array.BYTES_PER_ELEMENT;
    for (let bin = 0; bin < counts.length; bin++) sums[offset + bin]! += counts[bin]! * share;
    this.#from = Math.min(this.#from, offset);
    this.#to = Math.max(this.#to, offset + counts.length);
    return true;
  }

  /** Gives the sum, if anything was added, and begins again. */
  take(use: (sum: Bins) => void): void {
    if (this.#to === 0) return;
    const counts = this.#counts.subarray(this.#from, this.#to);
    use({ edges: DEFAULT_EDGES.subarray(this.#from, this.#to + 1), counts });
    counts.fill(0);
    this.#from = Number.POSITIVE_INFINITY;
    this.#to = 0;
  }
}
