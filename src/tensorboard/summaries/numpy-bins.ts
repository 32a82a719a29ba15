/**
 * @file Bins of equal width as in numpy.histogram, and its rules for how wide they should be.
 *
 * Source: `_hist_bin_…` in numpy/lib/_histograms_impl.py, numpy 2.4, and numpy.linspace. Only finite values count.
 */
import { kernels, type Numbers } from '../../kernels/index.ts';

/** The outermost edges. If all values are equal, they get a bin around them. */
export function span(min: number, max: number): [first: number, last: number] {
  return min === max ? [min - 0.5, max + 0.5] : [min, max];
}

/** `count + 1` edges, rounded as by numpy.linspace: step times index, and the last one exact. */
export function equalEdges(first: number, last: number, count: number): Float64Array {
  const step = (last - first) / count;
  const edges = new Float64Array(count + 1);
  // As in numpy, a step that underflows to 0 is not used.
  for (let i = 0; i < count; i++) edges[i] = (step === 0 ? (i / count) * (last - first) : i * step) + first;
  edges[count] = last;
  return edges;
}

export const ESTIMATORS = ['auto', 'doane', 'fd', 'rice', 'scott', 'sqrt', 'stone', 'sturges'] as const;

/** The names of numpy's rules for the number of bins. */
export type BinEstimator = (typeof ESTIMATORS)[number];

interface Sample {
  /** All of them finite, at least one. */
  readonly values: Float64Array;
  readonly min: number;
  readonly max: number;
}

/** @returns 0 if the rule gives no width: then there is one bin */
export function binWidth(
  rule: BinEstimator,
  values: Numbers,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  const finite = Float64Array.from(values as ArrayLike<number>).filter(Number.isFinite);
  return finite.length === 0 ? 0 : RULES[rule]({ values: finite, min, max });
}

const RULES: Record<BinEstimator, (sample: Sample) => number> = {
  sqrt: ({ values, min, max }) => (max - min) / Math.sqrt(values.length),
  sturges: ({ values, min, max }) => (max - min) / (Math.log2(values.length) + 1),
  rice: ({ values, min, max }) => (max - min) / (2 * values.length ** (1 / 3)),
  scott: ({ values }) => ((24 * Math.PI ** 0.5) / values.length) ** (1 / 3) * deviation(values),
  doane,
  fd: ({ values }) => 2 * interquartileRange(values) * values.length ** (-1 / 3),
  stone,
  /** Freedman and Diaconis's rule, between half the square root rule and Sturges's. */
  auto: (sample) => Math.min(Math.max(RULES.fd(sample), RULES.sqrt(sample) / 2), RULES.sturges(sample)),
};

/** Sturges's rule with more bins for skewed values. */
function doane({ values, min, max }: Sample): number {
  const n = values.length;
  const sigma = deviation(values);
  if (n <= 2 || sigma === 0) return 0;
  const mean = average(values);
  const skewness = average(values.map((x) => ((x - mean) / sigma) ** 3));
  const expected = Math.sqrt((6 * (n - 2)) / ((n + 1) * (n + 3)));
  return (max - min) / (1 + Math.log2(n) + Math.log2(1 + Math.abs(skewness) / expected));
}

/** The number of bins whose histogram comes closest to the density, by cross-validation. */
function stone({ values, min, max }: Sample): number {
  const [n, range] = [values.length, max - min];
  if (n <= 1 || range === 0) return 0;
  let best = { bins: 0, error: Infinity };
  for (let bins = 1; bins <= Math.max(100, Math.floor(Math.sqrt(n))); bins++) {
    const { counts } = kernels().histogram(values, equalEdges(...span(min, max), bins));
    const squares = counts.reduce((sum, count) => sum + (count / n) ** 2, 0);
    const error = ((2 - (n + 1) * squares) * bins) / range;
    if (error < best.error) best = { bins, error };
  }
  return range / best.bins;
}

function average(values: Float64Array): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

function deviation(values: Float64Array): number {
  const mean = average(values);
  return Math.sqrt(average(values.map((x) => (x - mean) ** 2)));
}

/** As in numpy, quantiles are interpolated from the nearer of two values. */
function interquartileRange(values: Float64Array): number {
  const sorted = values.slice().sort();
  const quantile = (share: number) => {
    const at = share * (sorted.length - 1);
    const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
    const part = at - Math.floor(at);
    return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
  };
  return quantile(0.75) - quantile(0.25);
}
