import type { HistogramSeries } from '../data/histogram-series.ts';
import type { Bins } from '../data/points.ts';

/** What is in no place of the axis of values, or is worth a lane of its own. */
export const LANES = ['zeros', 'positiveInfinity', 'negativeInfinity', 'nan', 'unknown'] as const;
export type Lane = (typeof LANES)[number];

/** The columns of a series as plain arrays, for loops over all of them. They hold until the series changes. */
export interface Columns {
  readonly length: number;
  readonly bins: readonly Bins[];
  /** The edges that columns share: those of a column's bins may be a view of them. */
  readonly grid: Float64Array | undefined;
  /** The steps that a column covers in a picture, up to the middle between it and its neighbours. */
  readonly left: Float64Array;
  readonly right: Float64Array;
  /** All values of each column, and those of each lane. */
  readonly count: Float64Array;
  readonly lanes: Readonly<Record<Lane, Float64Array>>;
  /** Finite values beyond a record's outer edges. */
  readonly below: Float64Array;
  readonly above: Float64Array;
}

const cache = new WeakMap<HistogramSeries, { version: number; columns: Columns }>();

/** Made once for each version of a series. */
export function columnsOf(series: HistogramSeries): Columns {
  const made = cache.get(series);
  if (made?.version === series.version) return made.columns;
  const { length } = series;
  const array = (): Float64Array => new Float64Array(length);
  const lanes = Object.fromEntries(LANES.map((lane) => [lane, array()])) as Record<Lane, Float64Array>;
  const [count, below, above] = [array(), array(), array()];
  const bins: Bins[] = new Array(length);
  for (let column = 0; column < length; column++) {
    bins[column] = series.bins(column);
    const summary = series.summary(column);
    count[column] = summary.count;
    // What is not known is not drawn.
    for (const lane of LANES) lanes[lane][column] = summary[lane] || 0;
    below[column] = summary.below || 0;
    above[column] = summary.above || 0;
  }
  const columns = { length, bins, grid: gridOf(bins), count, lanes, below, above, ...cells(series) };
  cache.set(series, { version: series.version, columns });
  return columns;
}

/** The memory of the last column's edges, if it ascends as a whole: then other columns' are views of the same edges. */
function gridOf(bins: readonly Bins[]): Float64Array | undefined {
  const edges = bins.at(-1)?.edges;
  if (edges === undefined || edges.buffer.byteLength % 8 !== 0) return undefined;
  const all = new Float64Array(edges.buffer);
  for (let i = 1; i < all.length; i++) if (!(all[i]! >= all[i - 1]!)) return undefined;
  return all;
}

/** How many distances around one say what is usual there. */
const NEIGHBOURHOOD = 9;
/** How much of the usual distance a column covers to each side where its neighbour is farther: a gap is seen as one. */
const REACH = 0.75;

function cells(series: HistogramSeries): { left: Float64Array; right: Float64Array } {
  const n = series.length;
  const left = new Float64Array(n);
  const right = new Float64Array(n);
  const distances = Float64Array.from({ length: Math.max(0, n - 1) }, (_, i) =>
    Math.max(Number.MIN_VALUE, series.firstStep(i + 1) - series.lastStep(i)),
  );
  const around = new Float64Array(Math.min(NEIGHBOURHOOD, distances.length));
  for (let i = 0; i < n; i++) {
    const from = Math.max(0, Math.min(distances.length - around.length, i - (around.length >> 1)));
    around.set(distances.subarray(from, from + around.length));
    const usual = around.length === 0 ? 1 : around.sort()[(around.length - 1) >> 1]!;
    // At the two ends there is no neighbour: as wide as usual.
    const before = i === 0 ? usual / 2 : Math.min(distances[i - 1]! / 2, usual * REACH);
    const after = i === n - 1 ? usual / 2 : Math.min(distances[i]! / 2, usual * REACH);
    left[i] = series.firstStep(i) - before;
    right[i] = series.lastStep(i) + after;
  }
  return { left, right };
}

/** The first column that ends after this step, `length` if there is none. */
export function columnAfter({ right, length }: Columns, step: number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (right[middle]! > step) high = middle;
    else low = middle + 1;
  }
  return low;
}
