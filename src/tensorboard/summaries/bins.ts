import { describe, type NumericArray, readNumbers } from '../../check/index.ts';
import { defaultEdges, kernels, type Numbers } from '../../kernels/index.ts';
import { type BinEstimator, binWidth, ESTIMATORS } from './bin-estimators.ts';
import { equalEdges, span } from './equal-bins.ts';

/**
 * The bins of a histogram: `'tensorflow'` (PyTorch's default, 1548 of them), a number of equal ones from the smallest
 * value to the largest, their edges, ascending, or one of numpy's rules for how many equal ones there should be.
 */
export type HistogramBins = 'tensorflow' | BinEstimator | number | NumericArray;

/** More of them make a record that no reader draws, and may be all the memory there is. */
const MOST_BINS = 1_000_000;

/** What was asked of a histogram, checked. */
export interface BinOptions {
  readonly bins: HistogramBins;
  readonly maxBins: number;
}

/** Checks what does not depend on the values. @throws TypeError or RangeError that says what came */
export function readBinOptions(
  where: string,
  { bins = 'tensorflow', maxBins = Infinity }: { readonly bins?: unknown; readonly maxBins?: unknown },
): BinOptions {
  if (maxBins !== Infinity && !(Number.isSafeInteger(maxBins) && (maxBins as number) >= 1)) {
    throw new RangeError(`${where}: option maxBins is ${describe(maxBins)}; expected a whole number, 1 or more`);
  }
  return { bins: checkBins(where, bins), maxBins: maxBins as number };
}

function checkBins(where: string, bins: unknown): HistogramBins {
  if (typeof bins === 'string') {
    if (bins === 'tensorflow' || (ESTIMATORS as readonly string[]).includes(bins)) return bins as BinEstimator;
    throw new TypeError(
      `${where}: '${bins}' is not a valid estimator for \`bins\`\n  expected: tensorflow, ${ESTIMATORS.join(', ')}`,
    );
  }
  if (typeof bins === 'number') {
    if (Number.isSafeInteger(bins) && bins >= 1 && bins <= MOST_BINS) return bins;
    throw new RangeError(`${where}: option bins is ${bins}; expected a whole number from 1 to ${MOST_BINS}`);
  }
  if (!Array.isArray(bins) && (!ArrayBuffer.isView(bins) || bins instanceof DataView)) {
    throw new TypeError(
      `${where}: option bins is ${describe(bins)}; expected a number of bins, their edges or a name (${ESTIMATORS.join(', ')})`,
    );
  }
  return checkEdges(where, readNumbers(where, 'bins', bins));
}

function checkEdges(where: string, edges: Numbers): Float64Array {
  if (edges.length < 2) throw new RangeError(`${where}: option bins has ${edges.length} edges; expected at least 2`);
  for (let i = 0; i < edges.length; i++) {
    if (!Number.isFinite(edges[i])) {
      throw new TypeError(`${where}: bins[${i}] is ${describe(edges[i])}; expected a finite number`);
    }
    if (i > 0 && edges[i]! < edges[i - 1]!) {
      throw new RangeError(
        `${where}: \`bins\` must increase monotonically, when an array\n  came: bins[${i}] is ${edges[i]} after ${edges[i - 1]}`,
      );
    }
  }
  return Float64Array.from(edges as ArrayLike<number>);
}

/**
 * The edges of bins that were checked, for some values. Equal ones span the finite values; numpy would refuse the
 * others.
 * @throws RangeError where the values lie too close for so many bins, or a rule asks for more than a million
 */
export function binEdges(where: string, bins: HistogramBins, values: Numbers): Float64Array {
  if (bins === 'tensorflow') return defaultEdges();
  if (typeof bins === 'object') return bins as Float64Array;
  const summary = kernels().summarize(values);
  // Without a finite value both are NaN.
  const extremes = Number.isNaN(summary.min) ? { min: 0, max: 0 } : summary;
  const [first, last] = span(extremes.min, extremes.max);
  let count = bins as number;
  if (typeof bins === 'string') {
    const width = binWidth(bins, values, extremes);
    count = width > 0 ? Math.ceil((last - first) / width) : 1;
    if (count > MOST_BINS) {
      throw new RangeError(`${where}: bins '${bins}' asks for ${count} bins; expected at most ${MOST_BINS}`);
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
