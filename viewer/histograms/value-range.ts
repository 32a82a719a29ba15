import { valueAxis } from '../cards/value-axis.ts';
import type { HistogramSeries } from '../data/histogram-series.ts';
import type { Bins } from '../data/points.ts';
import type { Range, View } from '../state/view-state.ts';

export interface ValueRange {
  readonly domain: Range;
  /** The `constant` of a symmetric-log axis. */
  readonly constant: number;
}

/** The bulk of the values lies between these shares. */
const BULK: Range = [0.005, 0.995];
/** All values are shown if they span at most this many times the bulk on the axis. */
const ROOM = 2.2;
/** Otherwise the bulk is extended by this part of its length on either side. */
const BESIDE = 0.2;

/**
 * The range for the histograms of all series: their bulk, or all values if these fit. So a single value of 1e30 does
 * not hide a unit Gaussian.
 */
export function valueRange(series: readonly HistogramSeries[], kind: View['valueAxis']): ValueRange {
  const bulk = between(series, BULK);
  const sampled = between(series, [0, 1]);
  if (bulk === undefined || sampled === undefined) return { domain: [-1, 1], constant: 1 };
  const extent = extentOf(series, sampled);
  const sample = series.flatMap((one) => one.sample());
  const constant = bendOf(sample) ?? (Math.max(Math.abs(bulk[0]), Math.abs(bulk[1])) || 1);

  if (Math.max(Math.abs(bulk[0]), Math.abs(bulk[1])) < ZERO) return { domain: [-1, 1], constant: 1 };
  // A single value, or bins as wide as the range: add a margin.
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

/** Smaller values count as 0: PyTorch's bins beside 0 end at ±1e-12. */
const ZERO = 1e-11;

/** The union of the ranges between these shares. */
function between(series: readonly HistogramSeries[], [lower, upper]: Range): Range | undefined {
  const ranges = series.map((one) => one.bulk(lower, upper)).filter((range) => range !== undefined);
  return ranges.length === 0
    ? undefined
    : [Math.min(...ranges.map(([from]) => from)), Math.max(...ranges.map(([, to]) => to))];
}

/** The union of a range and the known minima and maxima of all columns. */
function extentOf(series: readonly HistogramSeries[], range: Range): Range {
  let [from, to] = range;
  for (const one of series) {
    for (let column = 0; column < one.length; column++) {
      // Comparisons with NaN are false.
      const [min, max] = [one.summaryNumber('min', column), one.summaryNumber('max', column)];
      if (min < from && min > Number.NEGATIVE_INFINITY) from = min;
      if (max > to && max < Number.POSITIVE_INFINITY) to = max;
    }
  }
  return [from, to];
}

/** The median magnitude outside the bins around 0, so that half of these values lie in the linear part of the axis. */
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

/** The width of the narrowest non-empty bin; bins of one value apart. */
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
