import { ClampedBins } from '../data/clamped-bins.ts';
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

  /**
   * Adds bins of the default edges.
   * @returns what was not added: all of other bins, and of such that end elsewhere than their edges the two ends
   */
  add(bins: Bins, share: number): Bins | undefined {
    const { counts } = bins;
    const isClamped = bins instanceof ClampedBins;
    const edges = isClamped ? bins.shared : bins.edges;
    // Of two bins at most the ends are all there is.
    if (edges.buffer !== DEFAULT_EDGES.buffer || (isClamped && counts.length < 3)) return bins;
    const sums = this.#counts;
    const offset = edges.byteOffset / Float64Array.BYTES_PER_ELEMENT;
    const [from, to] = isClamped ? [1, counts.length - 1] : [0, counts.length];
    for (let bin = from; bin < to; bin++) sums[offset + bin]! += counts[bin]! * share;
    this.#from = Math.min(this.#from, offset + from);
    this.#to = Math.max(this.#to, offset + to);
    return isClamped ? bins.ends : undefined;
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
