import { binOf } from '../../check/index.ts';
import type { Histogram } from '../format/event.ts';
import type { Moments } from './moments.ts';

/**
 * The record of counted values: the stretch from the first bin that is not empty to the last.
 *
 * A record holds right edges only. One empty bucket in front, whose limit is the left edge of the first bin kept, is
 * how it says where that bin begins:
 *
 *     edges    0   1   2   3   4        counts   [0,1): 0   [1,2): 5   [2,3): 0   [3,4]: 2
 *     record   limits 1 2 3 4           counts   0 5 0 2
 *
 * NaN, infinities and values beyond the edges are in `num` and in no bucket, as in PyTorch. Otherwise than there,
 * min, max, sum and sum of squares leave NaN and infinities out: TensorBoard draws no axis from them.
 *
 * Source: `make_histogram` in torch/utils/tensorboard/summary.py.
 *
 * @param allCounts between the edges
 * @param edges ascending, at least two
 * @param maxBins merges neighbouring bins where there are more; as in PyTorch, one more than this may be left
 * @returns undefined where no value falls into a bin, as for an empty array
 */
export function histogramOf(
  allCounts: Float64Array,
  edges: Float64Array,
  { num, min, max, sum, sumSquares }: Moments,
  maxBins: number = Infinity,
): Histogram | undefined {
  const every = { counts: allCounts, limits: edges };
  const { counts, limits } = every.counts.length > maxBins ? merge(every, maxBins) : every;
  // Before the smallest value's bin and behind the largest one's, all are empty.
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
  /** One more than there are counts. */
  limits: Float64Array;
}

/** Joins groups of neighbouring bins; the last group may be smaller. */
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
