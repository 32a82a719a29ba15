import { formatCount, formatShare, formatValue } from '../cards/format-numbers.ts';
import { upperBound } from '../data/binary-search.ts';
import type { HistogramSeries } from '../data/histogram-series.ts';
import type { Bins } from '../data/points.ts';

/** The index of the bin that holds a value; -1 if none does. */
export function binAt({ edges, counts }: Bins, value: number): number {
  const n = counts.length;
  const after = upperBound(edges, value, n);
  const bin = after - 1;
  // A bin of one value comes before the bin that begins there.
  for (const point of [bin, bin - 1]) {
    if (point >= 0 && edges[point] === value && edges[point + 1] === value) return point;
  }
  if (bin < 0) return -1;
  // The last bin includes its right edge.
  return value < edges[bin + 1]! || (bin === n - 1 && value === edges[n]) ? bin : -1;
}

/**
 * The value of a pixel from `from` to `to`: its middle, or, if it touches several bins, the middle of the
 * fullest. Otherwise the bin of exact zeros, which is 1e-12 wide, could not be pointed at.
 */
export function valueOfPixel(bins: Bins, from: number, to: number, middle: number): number {
  const { edges, counts } = bins;
  let best = binAt(bins, middle);
  const first = Math.max(0, upperBound(edges, from, counts.length) - 1);
  for (let bin = first; bin < counts.length && edges[bin]! <= to; bin++) {
    if (edges[bin + 1]! >= from && counts[bin]! > (counts[best] ?? 0)) best = bin;
  }
  return best === -1 || best === binAt(bins, middle) ? middle : edges[best]! / 2 + edges[best + 1]! / 2;
}

/** The edges of a bin, with enough digits to tell them apart: `[0.1, 0.11)`. */
export function formatBin({ edges, counts }: Bins, bin: number): string {
  const [left, right] = [edges[bin]!, edges[bin + 1]!];
  if (left === right) return `[${formatValue(left, 6)}]`;
  let digits = 3;
  while (digits < 17 && Number(left.toPrecision(digits)) === Number(right.toPrecision(digits))) digits++;
  digits = Math.min(17, digits + 1);
  const last = bin === counts.length - 1 && counts.length > 1;
  return `[${formatValue(left, digits)}, ${formatValue(right, digits)}${last ? ']' : ')'}`;
}

/** `step 40`, or of a column that sums several points `steps 40 to 46, 4 points added`. */
export function nameOfColumn(series: HistogramSeries, column: number): string {
  const [first, last, points] = [series.firstStep(column), series.lastStep(column), series.points(column)];
  if (points === 1) return `step ${formatCount(first)}`;
  return `steps ${formatCount(first)} to ${formatCount(last)}, ${formatCount(points)} points added`;
}

/** The bin at a value of a column: `[0.1, 0.11): 12 of 1,024 (1.2 %)`. */
export function describeBin(series: HistogramSeries, column: number, value: number): string {
  const bins = series.bins(column);
  const bin = binAt(bins, value);
  if (bin === -1) return `${formatValue(value)}: in no bin`;
  const { count } = series.summary(column);
  const share = count > 0 ? ` (${formatShare(bins.counts[bin]! / count)})` : '';
  return `${formatBin(bins, bin)}: ${formatCount(bins.counts[bin]!)} of ${formatCount(count)}${share}`;
}

const NAMES = [
  ['zeros', 'zeros'],
  ['nan', 'NaN'],
  ['positiveInfinity', '+Inf'],
  ['negativeInfinity', '\u2212Inf'],
  ['unknown', 'in no bin'],
] as const;

/** The statistics of a column: `mean 0.1 · std 1.2 · min −3 · max 3.1`, with lanes followed by ` · NaN 4`. */
export function describeColumn(series: HistogramSeries, column: number, lanes: boolean): string {
  const summary = series.summary(column);
  const moments = (['mean', 'std', 'min', 'max'] as const)
    .filter((name) => !Number.isNaN(summary[name]))
    .map((name) => `${name} ${formatValue(summary[name])}`);
  const others = NAMES.filter(([key]) => lanes && summary[key] > 0).map(
    ([key, name]) => `${name} ${formatCount(summary[key])} (${formatShare(summary[key] / summary.count)})`,
  );
  return [...moments, ...others].join(' \u00b7 ');
}
