import type { HistogramSeries } from '../data/histogram-series.ts';
import type { Bins } from '../data/points.ts';
import { formatCount, formatShare, formatValue } from './numbers.ts';

/** The bin that a value is in, or the bin of one value that is at most this far from it; -1 if there is none. */
export function binAt({ edges, counts }: Bins, value: number, tolerance = 0): number {
  const n = counts.length;
  let [low, high] = [0, n];
  // The last bin whose left edge is not above the value.
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  for (const bin of [low - 1, low, low - 2]) {
    const isPoint = bin >= 0 && bin < n && edges[bin] === edges[bin + 1];
    if (isPoint && Math.abs(edges[bin]! - value) <= tolerance) return bin;
  }
  const bin = low - 1;
  if (bin < 0 || n === 0) return -1;
  // The last one's right edge is in it.
  return value < edges[bin + 1]! || (bin === n - 1 && value === edges[n]) ? bin : -1;
}

/** Edges with as many digits as tell them apart. */
export function formatBin({ edges, counts }: Bins, bin: number): string {
  const [left, right] = [edges[bin]!, edges[bin + 1]!];
  if (left === right) return `[${formatValue(left, 6)}]`;
  let digits = 3;
  while (digits < 17 && Number(left.toPrecision(digits)) === Number(right.toPrecision(digits))) digits++;
  digits = Math.min(17, digits + 1);
  const last = bin === counts.length - 1 && counts.length > 1;
  return `[${formatValue(left, digits)}, ${formatValue(right, digits)}${last ? ']' : ')'}`;
}

/** `step 40`, or what a column is the sum of: `steps 40 to 46, 4 records added`. */
export function nameOfColumn(series: HistogramSeries, column: number): string {
  const [first, last, records] = [series.firstStep(column), series.lastStep(column), series.records(column)];
  if (records === 1) return `step ${formatCount(first)}`;
  return `steps ${formatCount(first)} to ${formatCount(last)}, ${formatCount(records)} records added`;
}

/** What is at a value of a column: `[0.1, 0.11): 12 of 1,024 (1.2 %)`. */
export function describeBin(series: HistogramSeries, column: number, value: number, tolerance: number): string {
  const bins = series.bins(column);
  const bin = binAt(bins, value, tolerance);
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

/** What is known of a column beside its bins: `mean 0.1 · std 1.2 · min −3 · max 3.1`, and with lanes ` · NaN 4`. */
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
