import { ClampedBins } from '../data/clamped-bins.ts';
import { DEFAULT_EDGES } from '../data/default-edges.ts';
import type { Bins } from '../data/points.ts';

/** No edge is farther than this, so that the width of a bin is a number. */
const FARTHEST = 2 ** 1022;

/**
 * Adds bins to rows: what is in a bin lies evenly between its edges, and a row gets what lies between its borders. The
 * borders ascend. Into `sums`, from `at` on, go what lies below all rows, then the rows, then what lies above them:
 *
 *     borders            b0    b1    b2    b3
 *     sums[at + …]   0   |  1  |  2  |  3  |   4
 *
 * Bins and rows are walked side by side: no logarithm, whatever the axis is.
 */
export function spread(
  { edges, counts }: Bins,
  borders: Float64Array,
  sums: Float32Array,
  at: number,
  weight: number,
): void {
  const rows = borders.length - 1;
  const bottom = borders[0]!;
  const top = borders[rows]!;
  let row = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    const mass = counts[bin]! * weight;
    if (mass === 0) continue;
    let left = edges[bin]!;
    let right = edges[bin + 1]!;
    if (right < bottom) {
      sums[at]! += mass;
      continue;
    }
    if (left > top) {
      sums[at + rows + 1]! += mass;
      continue;
    }
    while (row < rows - 1 && borders[row + 1]! <= left) row++;
    // The whole bin in one row, bins of one value among them.
    if (left >= borders[row]! && right <= borders[row + 1]!) {
      sums[at + row + 1]! += mass;
      continue;
    }
    left = Math.max(left, -FARTHEST);
    right = Math.min(right, FARTHEST);
    const each = mass / (right - left);
    if (left < bottom) {
      sums[at]! += (bottom - left) * each;
      left = bottom;
    }
    for (let r = row; left < right && r < rows; r++) {
      const end = Math.min(right, borders[r + 1]!);
      sums[at + r + 1]! += (end - left) * each;
      left = end;
    }
    if (left < right) sums[at + rows + 1]! += (right - left) * each;
  }
}

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
