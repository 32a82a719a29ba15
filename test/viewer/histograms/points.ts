import { DEFAULT_EDGES } from '../../../viewer/data/clamped-bins.ts';
import type { Bins, HistogramPoint, PointSummary } from '../../../viewer/data/points.ts';

/** Seeded random numbers in [0, 1) (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Normal deviates (Box and Muller, 1958). */
export function normal(seed: number): () => number {
  const uniform = random(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

const EMPTY: PointSummary = {
  count: 0,
  mean: Number.NaN,
  std: Number.NaN,
  min: Number.NaN,
  max: Number.NaN,
  zeros: 0,
  nan: 0,
  negativeInfinity: 0,
  positiveInfinity: 0,
  below: 0,
  above: 0,
  unknown: 0,
};

/** A point of values, each counted in the last bin that begins at or below it. */
export function pointOf(
  step: number,
  values: readonly number[],
  edges: Float64Array = DEFAULT_EDGES,
  run = 'run',
  tag = 'fc1',
): HistogramPoint {
  const counts = new Float64Array(edges.length - 1);
  const summary = { ...EMPTY, count: values.length };
  const finite: number[] = [];
  for (const value of values) {
    if (Number.isNaN(value)) summary.nan++;
    else if (value === Number.POSITIVE_INFINITY) summary.positiveInfinity++;
    else if (value === Number.NEGATIVE_INFINITY) summary.negativeInfinity++;
    else {
      finite.push(value);
      if (value === 0) summary.zeros++;
      if (value < edges[0]!) summary.below++;
      else if (value > edges.at(-1)!) summary.above++;
      else {
        let [low, high] = [0, counts.length - 1];
        while (low < high) {
          const middle = (low + high + 1) >> 1;
          if (edges[middle]! <= value) low = middle;
          else high = middle - 1;
        }
        counts[low]!++;
      }
    }
  }
  if (finite.length > 0) {
    summary.mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
    summary.std = Math.sqrt(finite.reduce((sum, value) => sum + (value - summary.mean) ** 2, 0) / finite.length);
    summary.min = finite.reduce((a, b) => Math.min(a, b));
    summary.max = finite.reduce((a, b) => Math.max(a, b));
  }
  return { kind: 'histogram', run, tag, step, wallTime: 1e9 + step, bins: trimmed({ edges, counts }), summary };
}

/** Without empty bins at both ends. */
function trimmed({ edges, counts }: Bins): Bins {
  let first = 0;
  while (first < counts.length && counts[first] === 0) first++;
  let end = counts.length;
  while (end > first && counts[end - 1] === 0) end--;
  if (first === end) first = end = 0;
  return { edges: edges.subarray(first, end + 1), counts: counts.subarray(first, end) };
}

/** Equally wide bins over the range of the values, as TensorFlow writes them. */
export function equalEdges(values: readonly number[], bins: number): Float64Array {
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  return Float64Array.from({ length: bins + 1 }, (_, i) => (i === bins ? most : least + ((most - least) * i) / bins));
}
