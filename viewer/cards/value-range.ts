import type { HistogramSeries } from '../data/histogram-series.ts';
import type { Bins } from '../data/points.ts';
import type { Range, View } from '../state/view-state.ts';
import { valueAxis } from './value-axis.ts';

/** What an axis is made from where nobody has zoomed. */
export interface ValueRange {
  readonly domain: Range;
  /** Of the symmetric-log axis: about where it bends. */
  readonly constant: number;
}

/** How many columns of each series are looked at. */
const SAMPLE = 64;
/** The shares of all values between which the bulk lies. */
const BULK: Range = [0.005, 0.995];
/** If everything takes at most so many times the room of the bulk, everything is shown. */
const ROOM = 2.2;

/** Otherwise so much of its length is shown on either side of the bulk. */
const BESIDE = 0.2;

/**
 * The values that an axis shows by itself: the bulk of all series together, and the rest too where it does not take the
 * room away. So one value of 1e30 does not hide a unit Gaussian.
 */
export function valueRange(series: readonly HistogramSeries[], kind: View['valueAxis']): ValueRange {
  const bulk = between(series, BULK);
  const sampled = between(series, [0, 1]);
  if (bulk === undefined || sampled === undefined) return { domain: [-1, 1], constant: 1 };
  const extent = extentOf(series, sampled);
  const sample = sampleOf(series);
  const constant = bendOf(sample) ?? (Math.max(Math.abs(bulk[0]), Math.abs(bulk[1])) || 1);

  // Nothing but zeros: their bin is 1e-12 wide with PyTorch's edges, and that is no picture of zeros.
  if (Math.max(Math.abs(bulk[0]), Math.abs(bulk[1])) < ZERO) return { domain: [-1, 1], constant: 1 };
  // One value, or bins as wide as the picture would be: some room around them.
  const finest = narrowest(sample);
  if (extent[1] - extent[0] < 4 * finest || extent[0] === extent[1]) {
    const margin = extent[1] - extent[0] || Math.abs(extent[0]) / 2 || 1;
    return { domain: [extent[0] - margin, extent[1] + margin], constant };
  }
  const around = bulk[0] < bulk[1] ? bulk : extent;
  const axis = valueAxis(kind, around, constant);
  const [lower, upper] = [axis.position(extent[0]), axis.position(extent[1])];
  const [from, to] = upper - lower <= ROOM ? [lower, upper] : [Math.max(lower, -BESIDE), Math.min(upper, 1 + BESIDE)];
  const margin = (to - from) * 0.03;
  return { domain: [axis.valueAt(from - margin), axis.valueAt(to + margin)], constant };
}

/** Less than this is 0 as far as an axis is concerned: PyTorch's bins on both sides of it end at 1e-12. */
const ZERO = 1e-11;

/** From the least to the greatest value between these shares in any series. */
function between(series: readonly HistogramSeries[], [lower, upper]: Range): Range | undefined {
  const ranges = series.map((one) => one.bulk(lower, upper)).filter((range) => range !== undefined);
  return ranges.length === 0
    ? undefined
    : [Math.min(...ranges.map(([from]) => from)), Math.max(...ranges.map(([, to]) => to))];
}

/** From the least to the greatest value of any column, as far as they are known; at least this range. */
function extentOf(series: readonly HistogramSeries[], range: Range): Range {
  let [from, to] = range;
  for (const one of series) {
    for (let column = 0; column < one.length; column++) {
      // Comparisons that are false where a number is NaN.
      const [min, max] = [one.summaryNumber('min', column), one.summaryNumber('max', column)];
      if (min < from && min > Number.NEGATIVE_INFINITY) from = min;
      if (max > to && max < Number.POSITIVE_INFINITY) to = max;
    }
  }
  return [from, to];
}

/** Evenly taken columns. */
function sampleOf(series: readonly HistogramSeries[]): Bins[] {
  return series.flatMap((one) => {
    const count = Math.min(SAMPLE, one.length);
    return Array.from({ length: count }, (_, i) => one.wideBins(Math.floor(((i + 0.5) * one.length) / count)));
  });
}

/** The median size of what is not in the bins about 0: half of the values then lie in the linear part of the axis. */
function bendOf(sample: readonly Bins[]): number | undefined {
  const sizes: { size: number; count: number }[] = [];
  let total = 0;
  for (const { edges, counts } of sample) {
    for (let i = 0; i < counts.length; i++) {
      const [left, right] = [edges[i]!, edges[i + 1]!];
      const count = counts[i]!;
      if (count === 0 || (left <= 0 && right >= 0)) continue;
      sizes.push({ size: Math.abs(left / 2 + right / 2), count });
      total += count;
    }
  }
  sizes.sort((a, b) => a.size - b.size);
  let below = 0;
  for (const { size, count } of sizes) {
    below += count;
    if (below * 2 >= total) return size;
  }
  return undefined;
}

/** The least width of a bin that holds anything and is wider than nothing. */
function narrowest(sample: readonly Bins[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { edges, counts } of sample) {
    for (let i = 0; i < counts.length; i++) {
      const width = edges[i + 1]! - edges[i]!;
      if (counts[i]! > 0 && width > 0 && width < least) least = width;
    }
  }
  return Number.isFinite(least) ? least : 0;
}

/** The same for scalars: the bulk lies between these shares, and may take up a 25th of the axis, as a loss starts high. */
const SCALAR_BULK: Range = [0.01, 0.99];
const SCALAR_ROOM = 25;
const SCALAR_MARGIN = 0.05;

/** The range of finite scalars with a margin. A few values far from the bulk are left outside. */
export function scalarRange(values: Iterable<number>): ValueRange {
  const sorted = Float64Array.from([...values].filter(Number.isFinite)).sort();
  if (sorted.length === 0) return { domain: [0, 1], constant: 1 };
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  const sizes = sorted.map(Math.abs).sort();
  const constant = sizes.find((size, i) => size > 0 && i >= sizes.length * 0.02) ?? 1;
  let [low, high] = [at(0), at(1)];
  const [from, to] = [at(SCALAR_BULK[0]), at(SCALAR_BULK[1])];
  if (to > from && high - low > SCALAR_ROOM * (to - from)) [low, high] = [from, to];
  const margin = (high - low) * SCALAR_MARGIN || Math.abs(low) * SCALAR_MARGIN || 1;
  return { domain: [low - margin, high + margin], constant };
}
