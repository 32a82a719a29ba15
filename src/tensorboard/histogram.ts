import { kernels, type Numbers } from '../kernels/index.ts';
import { finiteMoments } from './finite-moments.ts';

/** The fields of TensorFlow's `HistogramProto`. */
export interface Histogram {
  readonly min: number;
  readonly max: number;
  /** How many values there were, countable or not. */
  readonly num: number;
  readonly sum: number;
  readonly sumSquares: number;
  /** Right edges, ascending. */
  readonly bucketLimits: readonly number[];
  /** As many as there are limits; the first is always 0. */
  readonly bucketCounts: readonly number[];
}

/**
 * Counts values into bins and keeps the stretch from the first bin that is not empty to the last.
 *
 * A record holds right edges only. One empty bucket in front, whose limit is the left edge of the first bin kept, is
 * how it says where that bin begins.
 *
 * NaN, infinities and values beyond the edges are in `num` and in no bucket, as in PyTorch. Otherwise than there,
 * min, max, sum and sum of squares leave NaN and infinities out: TensorBoard draws no axis from them.
 *
 * Source: `make_histogram` in torch/utils/tensorboard/summary.py.
 *
 * @param edges ascending, at least two
 * @returns undefined where no value falls into a bin, as for an empty array
 */
export function makeHistogram(values: Numbers, edges: Float64Array): Histogram | undefined {
  const { counts } = kernels().histogram(values, edges);
  const first = counts.findIndex((count) => count > 0);
  if (first === -1) return undefined;
  const end = counts.findLastIndex((count) => count > 0) + 1;
  return {
    ...finiteMoments(values),
    num: values.length,
    bucketLimits: Array.from(edges.subarray(first, end + 1)),
    bucketCounts: [0, ...counts.subarray(first, end)],
  };
}
