import { binOf, describe, type NumericArray } from '../../check/index.ts';
import type { Histogram } from '../format/event.ts';
import { readArray } from '../values.ts';
import type { Moments } from './moments.ts';

/**
 * The record of counted values: the range from the first bin that is not empty to the last.
 *
 * A record stores right edges only. Its first bucket is empty: its limit is the left edge of the first bin kept.
 *
 *     edges    0   1   2   3   4        counts   [0,1): 0   [1,2): 5   [2,3): 0   [3,4]: 2
 *     record   limits 1 2 3 4           counts   0 5 0 2
 *
 * NaN, infinities and values beyond the edges count in `num` and in no bucket, as in PyTorch. Unlike there, min, max, sum and
 * sum of squares are of the finite values: TensorBoard cannot draw an axis from the others.
 *
 * Source: `make_histogram` in torch/utils/tensorboard/summary.py.
 *
 * @param allCounts between the edges
 * @param edges ascending, at least two
 * @param maxBins if there are more bins, neighbours are merged; as in PyTorch, one more than this may be left
 * @returns undefined if no value falls into a bin, as for an empty array
 */
export function histogramOf(
  allCounts: Float64Array,
  edges: Float64Array,
  { num, min, max, sum, sumSquares }: Moments,
  maxBins: number = Infinity,
): Histogram | undefined {
  const every = { counts: allCounts, limits: edges };
  const { counts, limits } = every.counts.length > maxBins ? merge(every, maxBins) : every;
  // All bins before that of the smallest value and after that of the largest are empty.
  let first = binOf(limits, min);
  while (first < counts.length && counts[first] === 0) first++;
  if (first === counts.length) return undefined;
  let end = binOf(limits, max) + 1;
  while (counts[end - 1] === 0) end--;
  const bucketLimits = limits.subarray(first, end + 1);
  const bucketCounts = first > 0 ? counts.subarray(first - 1, end) : withEmptyFirst(counts.subarray(0, end));
  return { num, min, max, sum, sumSquares, bucketLimits, bucketCounts };
}

function withEmptyFirst(counts: Float64Array): Float64Array {
  const longer = new Float64Array(counts.length + 1);
  longer.set(counts, 1);
  return longer;
}

interface Bins {
  counts: Float64Array;
  /** All edges: one more than counts. */
  limits: Float64Array;
}

/** Merges groups of neighbouring bins; the last group may be smaller. */
function merge({ counts, limits }: Bins, maxBins: number): Bins {
  const size = Math.floor(counts.length / maxBins);
  const merged = new Float64Array(Math.ceil(counts.length / size));
  counts.forEach((count, i) => {
    merged[Math.floor(i / size)]! += count;
  });
  const edges = Float64Array.from({ length: merged.length + 1 }, (_, i) => limits[i * size] ?? limits.at(-1)!);
  edges[merged.length] = limits.at(-1)!;
  return { counts: merged, limits: edges };
}

/** A histogram that was counted elsewhere. */
export interface RawHistogram extends Omit<Histogram, 'bucketLimits' | 'bucketCounts'> {
  /** The right edge of each bucket, ascending. */
  readonly bucketLimits: NumericArray;
  readonly bucketCounts: NumericArray;
}

/** Checks and copies a {@link RawHistogram}. @throws TypeError or RangeError that names the field */
export function readRawHistogram(where: string, raw: RawHistogram): Histogram {
  if (typeof raw !== 'object' || raw === null) {
    throw new TypeError(`${where}: the histogram must be an object with min, max, num, sum, …, got ${describe(raw)}`);
  }
  const { min, max, num, sum, sumSquares } = raw;
  for (const [name, value] of Object.entries({ min, max, num, sum, sumSquares })) {
    if (typeof value !== 'number') throw new TypeError(`${where}: ${name} must be a number, got ${describe(value)}`);
  }
  const bucketLimits = doubles(`${where}: bucketLimits`, raw.bucketLimits);
  const bucketCounts = doubles(`${where}: bucketCounts`, raw.bucketCounts);
  if (bucketLimits.length !== bucketCounts.length) {
    throw new RangeError(
      `${where}: len(bucket_limits) != len(bucket_counts), see the document.\n  ` +
        `got ${bucketLimits.length} limits and ${bucketCounts.length} counts`,
    );
  }
  return { min, max, num, sum, sumSquares, bucketLimits, bucketCounts };
}

function doubles(where: string, values: unknown): Float64Array {
  return Float64Array.from(readArray(where, values).values as ArrayLike<number>);
}
