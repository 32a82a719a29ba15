import type { Numbers } from '../../src/check/index.ts';
import { distribution } from '../../src/index.ts';
import { DEFAULT_EDGES } from './clamped-bins.ts';
import type { Bins, PointSummary } from './points.ts';

/** The exact distribution of values: counts between PyTorch's default edges, trimmed at both ends, and their summary. */
export function histogramOf(values: Numbers): { bins: Bins; summary: PointSummary } {
  const found = distribution(values, DEFAULT_EDGES);
  const { counts, negativeInfinity, positiveInfinity } = found;
  let first = 0;
  while (first < counts.length && counts[first] === 0) first++;
  let end = counts.length;
  while (end > first && counts[end - 1] === 0) end--;
  if (first === end) first = end = 0;
  return {
    // A copy of the counts, most of which are trimmed.
    bins: { edges: DEFAULT_EDGES.subarray(first, end + 1), counts: counts.slice(first, end) },
    summary: {
      count: found.count,
      mean: found.mean,
      std: Math.sqrt(found.variance),
      min: found.min,
      max: found.max,
      zeros: found.zeros,
      nan: found.nan,
      negativeInfinity,
      positiveInfinity,
      below: found.below - negativeInfinity,
      above: found.above - positiveInfinity,
      unknown: 0,
    },
  };
}
