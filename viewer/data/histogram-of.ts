import type { Numbers } from '../../src/check/index.ts';
import { distribution } from '../../src/index.ts';
import { DEFAULT_EDGES } from './default-edges.ts';
import type { Bins, PointSummary } from './points.ts';

/**
 * The distribution of values, exactly: counts between PyTorch's default edges, from the first bin that holds something to
 * the last, and what no bin tells: zeros, NaN, infinities, what lies beyond the edges.
 */
export function histogramOf(values: Numbers): { bins: Bins; summary: PointSummary } {
  const { counts, below, above, variance, sum, sumSquares, ...summary } = distribution(values, DEFAULT_EDGES);
  let first = 0;
  while (first < counts.length && counts[first] === 0) first++;
  let end = counts.length;
  while (end > first && counts[end - 1] === 0) end--;
  if (first === end) first = end = 0;
  return {
    // A copy of the counts: they are a few of many.
    bins: { edges: DEFAULT_EDGES.subarray(first, end + 1), counts: counts.slice(first, end) },
    summary: {
      ...summary,
      std: Math.sqrt(variance),
      below: below - summary.negativeInfinity,
      above: above - summary.positiveInfinity,
      unknown: 0,
    },
  };
}
