/** @file Bins on PyTorch's default edges. Most histograms have these, and need not store them. */
import { defaultEdges } from '../../src/tensorboard/index.ts';
import { lowerBound, upperBound } from './binary-search.ts';
import type { Bins } from './points.ts';

/** One array for the whole viewer: a stretch of it is recognized by its `buffer`. */
export const DEFAULT_EDGES: Float64Array = defaultEdges();

/** The index at which a stretch of the default edges begins; -1 for other edges. */
export function placeInDefaultEdges(edges: Float64Array): number {
  if (edges.buffer === DEFAULT_EDGES.buffer) return edges.byteOffset / 8;
  const start = lowerBound(DEFAULT_EDGES, edges[0]!);
  if (start + edges.length > DEFAULT_EDGES.length) return -1;
  for (let i = 0; i < edges.length; i++) if (DEFAULT_EDGES[start + i] !== edges[i]) return -1;
  return start;
}

/**
 * Bins on a stretch of the default edges, except that the first begins with the smallest value and the last ends with the
 * largest. Most bins are drawn by the shared edges, so `edges` are made on demand.
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

  /** The first and the last of two or more bins, with nothing in between. */
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
 * The same bins, the outermost no wider than their values: the first begins with `min` if that lies in it, the last ends
 * with `max`. Writes to edges other than the default ones.
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
 * The stretch of the default edges that {@link clampBins} turned into these edges, if there is one.
 * @param min the smallest value if the reader made the first edge of it, otherwise NaN
 * @param max likewise the largest, and the last edge
 */
export function unclampedEdges(edges: Float64Array, min: number, max: number): Float64Array | undefined {
  const n = edges.length - 1;
  if (n < 1) return undefined;
  const all = DEFAULT_EDGES;
  const start = upperBound(all, edges[0]!) - 1;
  if (start < 0 || start + n >= all.length) return undefined;
  for (let i = 1; i < n; i++) if (all[start + i] !== edges[i]) return undefined;
  const isFirst = all[start] === edges[0] || edges[0] === min;
  const isLast = all[start + n] === edges[n] || (edges[n] === max && edges[n]! < all[start + n]!);
  return isFirst && isLast && edges[n]! >= edges[n - 1]! ? all.subarray(start, start + n + 1) : undefined;
}
