import { DEFAULT_EDGES } from './default-edges.ts';
import type { Bins } from './points.ts';

/**
 * Bins on a stretch of the default edges, of which the first begins with the smallest value and the last ends with the
 * largest. Most of them are drawn bin by bin of the shared edges, so that edges of their own are made only where they are
 * looked at.
 */
export class ClampedBins implements Bins {
  /** The stretch of the default edges. */
  readonly shared: Float64Array;
  readonly counts: Float64Array;
  readonly #first: number;
  readonly #last: number;
  #edges: Float64Array | undefined;
  #ends: Bins | undefined;

  constructor(shared: Float64Array, counts: Float64Array, first: number, last: number) {
    this.shared = shared;
    this.counts = counts;
    this.#first = first;
    this.#last = last;
  }

  get edges(): Float64Array {
    if (this.#edges === undefined) {
      this.#edges = this.shared.slice();
      this.#edges[0] = this.#first;
      this.#edges[this.counts.length] = this.#last;
    }
    return this.#edges;
  }

  /** The first and the last bin, with nothing in between; of two or more. */
  get ends(): Bins {
    if (this.#ends === undefined) {
      const { shared, counts } = this;
      const last = counts.length - 1;
      this.#ends = {
        edges: Float64Array.of(this.#first, shared[1]!, shared[last]!, this.#last),
        counts: Float64Array.of(counts[0]!, 0, counts[last]!),
      };
    }
    return this.#ends;
  }
}

/**
 * The same bins, the outermost no wider than the values in them: where the smallest lies in the first bin, it begins there,
 * and where the largest lies in the last, it ends there. Edges other than the default ones are written to.
 */
export function clampBins(bins: Bins, min: number, max: number): Bins {
  const { edges, counts } = bins;
  const n = counts.length;
  if (n === 0) return bins;
  const isFirst = min > edges[0]! && min <= edges[1]!;
  const isLast = max < edges[n]! && max >= edges[n - 1]!;
  if (!isFirst && !isLast) return bins;
  const [first, last] = [isFirst ? min : edges[0]!, isLast ? max : edges[n]!];
  if (edges.buffer === DEFAULT_EDGES.buffer) return new ClampedBins(edges, counts, first, last);
  edges[0] = first;
  edges[n] = last;
  return bins;
}

/**
 * The stretch of the default edges from which {@link clampBins} makes these edges, if there is one: what is stored need
 * then have no edges of its own.
 * @param min the smallest value, if the reader made the first edge of it; otherwise NaN; likewise the largest
 */
export function unclampedEdges(edges: Float64Array, min: number, max: number): Float64Array | undefined {
  const n = edges.length - 1;
  if (n < 1) return undefined;
  const all = DEFAULT_EDGES;
  // The first edge of the shared ones beyond the first bin's left one.
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (all[middle]! <= edges[0]!) low = middle + 1;
    else high = middle;
  }
  const start = low - 1;
  if (start < 0 || start + n >= all.length) return undefined;
  for (let i = 1; i < n; i++) if (all[start + i] !== edges[i]) return undefined;
  const isFirst = all[start] === edges[0] || edges[0] === min;
  const isLast = all[start + n] === edges[n] || (edges[n] === max && edges[n]! < all[start + n]!);
  return isFirst && isLast && edges[n]! >= edges[n - 1]! ? all.subarray(start, start + n + 1) : undefined;
}
