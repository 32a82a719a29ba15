/** @file The edges of histograms: PyTorch's default ones, and the form in which kernels count between edges. */
import type { Numbers } from './kernels.ts';

let edges: Float64Array | undefined;

/**
 * The 1549 bin edges of PyTorch's default histogram (`bins='tensorflow'`), ascending: 0, and on either side 774 steps
 * that grow by a tenth, from 1e-12 to 9.92e19.
 *
 * A running product, not `1e-12 * 1.1 ** k`: its rounding errors are part of the format.
 *
 * Source: `SummaryWriter.__init__` in torch/utils/tensorboard/writer.py.
 * @returns the same array at each call. Do not write to it: kernels recognize it by identity, since comparing all edges
 *   takes longer than counting a thousand values
 */
export function defaultEdges(): Float64Array {
  if (edges !== undefined) return edges;
  const positive: number[] = [];
  for (let edge = 1e-12; edge < 1e20; edge *= 1.1) positive.push(edge);
  const negative = positive.map((edge) => -edge).reverse();
  edges = Float64Array.from([...negative, 0, ...positive]);
  return edges;
}

/**
 * Edges in the form of assembly/histogram.ts, which counts bit patterns of float32 values as unsigned integers.
 *
 * In the order of their patterns, float32 values ascend from +0 to +Infinity, followed by NaN; then they descend from -0
 * to -Infinity, followed by NaN. Each bin is an interval of that line; the bin that holds both zeros is two intervals.
 *
 *   pattern   0           7f800000  7f800001   80000000              ff800000  ff800001
 *   value    +0 … ascending … +Inf  NaN …      -0 … descending … -Inf          NaN …
 *
 * A float32 is at or above a float64 edge if it is at or above the smallest float32 that is. These thresholds replace
 * the edges, so counts are exact.
 */
export interface EdgePlan {
  /** A copy, since the caller's array may change; the default edges themselves. */
  readonly edges: Float64Array;
  /**
   * For each interval, the number of edges at or below its values: 0 is below all bins, `edges.length` above them.
   * NaN has the rank `edges.length + 1`.
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
export function planEdges(edges: Numbers): EdgePlan {
  const { starts, ranks } = intervalsOf(edges);
  const kept = edges === defaultEdges() ? (edges as Float64Array) : Float64Array.from(edges);
  const table = tableOf(starts);
  if (table !== undefined) return { edges: kept, ranks: Uint32Array.from(ranks), lookup: table, steps: 0 };
  const steps = Math.ceil(Math.log2(starts.length + 1));
  // Filled up with intervals of one pattern, the last NaN.
  const filled = new Uint32Array(2 ** steps).fill(0xffffffff);
  filled.set(starts);
  const all = new Uint32Array(2 ** steps).fill(edges.length + 1);
  all.set(ranks);
  return { edges: kept, ranks: all, lookup: filled, steps };
}

/** The first pattern of each interval after the one at 0, and the ranks of all. */
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
  // Descending, an interval begins at the first value below a threshold.
  for (let i = rankOfZero - 1; i >= 0; i--) {
    const threshold = thresholds[i]!;
    if (threshold > -INFINITY && threshold !== thresholds[i - 1]) begin(NEGATIVE - threshold + 1, i);
  }
  begin(NEGATIVE + INFINITY + 1, count + 1);
  return { starts, ranks };
}

const float = new Float32Array(1);
const pattern = new Uint32Array(float.buffer);

/** The index of a float32 in ascending order: 0 for both zeros, -1 for the largest below. */
function ordinal(x: number): number {
  float[0] = x;
  const bits = pattern[0]!;
  return bits < NEGATIVE ? bits : NEGATIVE - bits;
}

/** The ordinal of the smallest float32 at or above the edge. */
function atOrAbove(edge: number): number {
  return ordinal(edge) + (Math.fround(edge) < edge ? 1 : 0);
}

/** The ordinal of the smallest float32 above the last edge, which its bin includes. */
function above(edge: number): number {
  return ordinal(edge) + (Math.fround(edge) <= edge ? 1 : 0);
}

const CELLS = 2 ** 13;
const CELL_SIZE = 2 ** 19;

/**
 * The cells of assembly/histogram.ts; undefined if two intervals begin inside one cell. A cell holds the number that,
 * added to a pattern of the cell, gives its interval in the upper 13 bits. If an interval begins inside the cell, the
 * lower 19 bits carry over from there on.
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
