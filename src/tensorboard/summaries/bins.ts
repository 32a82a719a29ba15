import { describe, mismatch, type NumericArray, readNumbers } from '../../check/index.ts';
import { defaultEdges, kernels, type Numbers } from '../../kernels/index.ts';
import { type BinEstimator, binWidth, ESTIMATORS, equalEdges, span } from './numpy-bins.ts';

/**
 * The bins of a histogram: `'tensorflow'` (PyTorch's default of 1548 bins), a number of equal bins from the smallest value
 * to the largest, ascending edges, or one of numpy's rules for the number of equal bins.
 */
export type HistogramBins = 'tensorflow' | BinEstimator | number | NumericArray;

/** No reader draws more bins, and a record of more may fill the memory. */
const MOST_BINS = 1_000_000;

export interface BinOptions {
  readonly bins: HistogramBins;
  readonly maxBins: number;
}

/** Checks what does not depend on the values. @throws TypeError or RangeError */
export function readBinOptions(
  where: string,
  { bins = 'tensorflow', maxBins = Infinity }: { readonly bins?: unknown; readonly maxBins?: unknown },
): BinOptions {
  if (maxBins !== Infinity && !(Number.isSafeInteger(maxBins) && (maxBins as number) >= 1)) {
    throw new RangeError(`${where}: option "maxBins" must be a whole number of at least 1, got ${describe(maxBins)}`);
  }
  return { bins: checkBins(where, bins), maxBins: maxBins as number };
}

function checkBins(where: string, bins: unknown): HistogramBins {
  if (typeof bins === 'string') {
    if (bins === 'tensorflow' || (ESTIMATORS as readonly string[]).includes(bins)) return bins as BinEstimator;
    throw new TypeError(
      `${where}: '${bins}' is not a valid estimator for \`bins\`\n  it must be tensorflow, ${ESTIMATORS.join(', ')}`,
    );
  }
  if (typeof bins === 'number') {
    if (Number.isSafeInteger(bins) && bins >= 1 && bins <= MOST_BINS) return bins;
    throw new RangeError(`${where}: option "bins" must be a whole number from 1 to ${MOST_BINS}, got ${bins}`);
  }
  if (!Array.isArray(bins) && (!ArrayBuffer.isView(bins) || bins instanceof DataView)) {
    throw mismatch(where, 'option "bins"', `a number of bins, their edges or a name (${ESTIMATORS.join(', ')})`, bins);
  }
  return checkEdges(where, readNumbers(where, 'bins', bins));
}

function checkEdges(where: string, edges: Numbers): Float64Array {
  if (edges.length < 2) throw new RangeError(`${where}: option "bins" must have at least 2 edges, got ${edges.length}`);
  for (let i = 0; i < edges.length; i++) {
    if (!Number.isFinite(edges[i])) throw mismatch(where, `bins[${i}]`, 'a finite number', edges[i]);
    if (i > 0 && edges[i]! < edges[i - 1]!) {
      throw new RangeError(
        `${where}: \`bins\` must increase monotonically, when an array\n  got ${edges[i]} as bins[${i}] after ${edges[i - 1]}`,
      );
    }
  }
  return Float64Array.from(edges as ArrayLike<number>);
}

/**
 * The edges of checked bins for some values. Equal bins span the finite values; numpy would refuse NaN and infinities.
 * @throws RangeError if the values are too close together for that many bins, or a rule asks for more than a million
 */
export function binEdges(where: string, bins: HistogramBins, values: Numbers): Float64Array {
  if (bins === 'tensorflow') return defaultEdges();
  if (typeof bins === 'object') return bins as Float64Array;
  const summary = kernels().summarize(values);
  // Without finite values both are NaN.
  const extremes = Number.isNaN(summary.min) ? { min: 0, max: 0 } : summary;
  const [first, last] = span(extremes.min, extremes.max);
  let count = bins as number;
  if (typeof bins === 'string') {
    const width = binWidth(bins, values, extremes);
    count = width > 0 ? Math.ceil((last - first) / width) : 1;
    if (count > MOST_BINS) {
      throw new RangeError(`${where}: bins '${bins}' must give at most ${MOST_BINS} bins, got ${count}`);
    }
  }
  const edges = equalEdges(first, last, count);
  for (let i = 1; i < edges.length; i++) {
    if (edges[i]! > edges[i - 1]!) continue;
    throw new RangeError(
      `${where}: Too many bins for data range. Cannot create ${count} finite-sized bins.\n  from ${first} to ${last}`,
    );
  }
  return edges;
}
