/**
 * @file Edges, made ready for assembly/histogram.ts, which counts bit patterns of float32 values as unsigned integers.
 *
 * In the order of their patterns, float32 values ascend from +0 to +Infinity, then come NaN; then they descend from -0 to
 * -Infinity, then come NaN again. Each bin is one stretch of that line, and the bin that holds both zeros is two:
 *
 *   pattern   0           7f800000  7f800001   80000000              ff800000  ff800001
 *   value    +0 … ascending … +Inf  NaN …      -0 … descending … -Inf          NaN …
 *
 * A float32 is at or above a float64 edge where it is at or above the smallest float32 that is: such thresholds
 * replace the edges, and the counts are exact.
 */
import { defaultEdges } from './default-edges.ts';
import type { Numbers } from './kernels.ts';

/** What the kernel looks up, and what its counts mean. */
export interface HistogramPlan {
  /** The edges that the plan was made for: a copy, since the caller's may change; but the default ones themselves. */
  readonly edges: Float64Array;
  /**
   * How many thresholds are at or below the values of each interval: 0 is below all bins, `edges.length` above them,
   * and `edges.length + 1` stands for NaN.
   */
  readonly ranks: Uint32Array;
  /** The 8192 cells of `countByTable`, or the `starts` of `countBySearch`. */
  readonly lookup: Uint32Array;
  /** For `countBySearch`; 0 for `countByTable`. */
  readonly steps: number;
}

const INFINITY = 0x7f800000;
const NEGATIVE = 0x80000000;

/** @param edges ascending, at least two, no NaN */
export function planHistogram(edges: Numbers): HistogramPlan {
  const { starts, ranks } = intervalsOf(edges);
  const kept = edges === defaultEdges() ? (edges as Float64Array) : Float64Array.from(edges);
  const table = tableOf(starts);
  if (table !== undefined) return { edges: kept, ranks: Uint32Array.from(ranks), lookup: table, steps: 0 };
  const steps = Math.ceil(Math.log2(starts.length + 1));
  // The filling begins intervals as well: only the last NaN of all is in one of them.
  const filled = new Uint32Array(2 ** steps).fill(0xffffffff);
  filled.set(starts);
  const all = new Uint32Array(2 ** steps).fill(edges.length + 1);
  all.set(ranks);
  return { edges: kept, ranks: all, lookup: filled, steps };
}

/** Where each interval begins, but for the first, which begins at 0; and the ranks of them all. */
function intervalsOf(edges: Numbers): { starts: number[]; ranks: number[] } {
  const count = edges.length;
  const thresholds = Array.from(edges, (edge, i) => (i === count - 1 ? above(edge) : atOrAbove(edge)));
  const firstPositive = thresholds.findIndex((threshold) => threshold > 0);
  const rankOfZero = firstPositive === -1 ? count : firstPositive;
  const starts: number[] = [];
  const ranks = [rankOfZero];
  const begin = (start: number, rank: number) => {
    starts.push(start);
    ranks.push(rank);
  };
  for (let i = rankOfZero; i < count; i++) {
    const threshold = thresholds[i]!;
    if (threshold <= INFINITY && threshold !== thresholds[i + 1]) begin(threshold, i + 1);
  }
  begin(INFINITY + 1, count + 1);
  begin(NEGATIVE, rankOfZero);
  // Descending, an interval begins with the first value that is below a threshold.
  for (let i = rankOfZero - 1; i >= 0; i--) {
    const threshold = thresholds[i]!;
    if (threshold > -INFINITY && threshold !== thresholds[i - 1]) begin(NEGATIVE - threshold + 1, i);
  }
  begin(NEGATIVE + INFINITY + 1, count + 1);
  return { starts, ranks };
}

const float = new Float32Array(1);
const pattern = new Uint32Array(float.buffer);

/** The place of a float32 among all in ascending order: 0 for both zeros, -1 for the largest below. */
function ordinal(x: number): number {
  float[0] = x;
  const bits = pattern[0]!;
  return bits < NEGATIVE ? bits : NEGATIVE - bits;
}

/** The ordinal of the smallest float32 that is not below the edge. */
function atOrAbove(edge: number): number {
  return ordinal(edge) + (Math.fround(edge) < edge ? 1 : 0);
}

/** The ordinal of the smallest float32 above the edge: the last bin holds its right edge too. */
function above(edge: number): number {
  return ordinal(edge) + (Math.fround(edge) <= edge ? 1 : 0);
}

const CELLS = 2 ** 13;
const CELL_SIZE = 2 ** 19;

/**
 * The cells of assembly/histogram.ts, or undefined where two intervals begin inside one of them. A cell holds the
 * number that, added to a pattern of the cell, gives its interval in the upper 13 bits: where an interval begins
 * inside, the lower 19 bits carry over from there on.
 */
function tableOf(starts: readonly number[]): Uint32Array | undefined {
  if (starts.length >= CELLS) return undefined;
  const table = new Uint32Array(CELLS);
  let interval = 0;
  for (let cell = 0; cell < CELLS; cell++) {
    const first = cell * CELL_SIZE;
    while (starts[interval] === first) interval++;
    let number = interval * CELL_SIZE - first;
    if (starts[interval]! < first + CELL_SIZE) {
      number += first + CELL_SIZE - starts[interval]!;
      interval++;
    }
    if (starts[interval]! < first + CELL_SIZE) return undefined;
    table[cell] = number;
  }
  return table;
}
