import { mismatch, type Summary } from '../check/index.ts';

/**
 * The statistics of all values behind several summaries, as one pass over the values would give them: the mean and variance over
 * an epoch. By Chan, Golub and LeVeque's formula for means and squared distances (1979).
 * @returns for none, the summary of no values
 * @throws TypeError for what is no summary
 * @example
 * const { mean, variance } = mergeSummaries(captured.calls('fc1').map(({ value }) => value));
 */
export function mergeSummaries(summaries: Iterable<Summary>): Summary {
  let [count, zeros, nan, positiveInfinity, negativeInfinity] = [0, 0, 0, 0, 0];
  let [finite, mean, squares, min, max] = [0, 0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const one of summaries) {
    if (typeof one?.count !== 'number' || typeof one.variance !== 'number') {
      throw mismatch('mergeSummaries()', 'each summary', 'a Summary', one);
    }
    count += one.count;
    zeros += one.zeros;
    nan += one.nan;
    positiveInfinity += one.positiveInfinity;
    negativeInfinity += one.negativeInfinity;
    const other = one.count - one.nan - one.positiveInfinity - one.negativeInfinity;
    // Without finite values its mean is NaN.
    if (other === 0) continue;
    const distance = one.mean - mean;
    const both = finite + other;
    mean += distance * (other / both);
    squares += one.variance * other + distance * distance * ((finite * other) / both);
    finite = both;
    min = Math.min(min, one.min);
    max = Math.max(max, one.max);
  }
  const none = finite === 0;
  return {
    count,
    mean: none ? Number.NaN : mean,
    variance: none ? Number.NaN : squares / finite,
    min: none ? Number.NaN : min,
    max: none ? Number.NaN : max,
    zeros,
    nan,
    positiveInfinity,
    negativeInfinity,
  };
}
