import type { ValueRange } from '../histograms/value-range.ts';
import type { Range } from '../state/view-state.ts';

/** The bulk of the numbers lies between these shares. */
const BULK: Range = [0.01, 0.99];
/** All numbers are shown if they span at most this many times the bulk: a loss may fall far from its start. */
const ROOM = 25;
const MARGIN = 0.05;

/** At most this many numbers are sorted. */
const SAMPLE = 20_000;

/**
 * The range of finite scalars with a margin.
 * @param ignoreOutliers whether a few values far from the bulk are left outside
 */
export function scalarRange(parts: readonly Float64Array[], ignoreOutliers: boolean): ValueRange {
  let [low, high, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const values of parts) {
    count += values.length;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value < low && value !== Number.NEGATIVE_INFINITY) low = value;
      if (value > high && value !== Number.POSITIVE_INFINITY) high = value;
    }
  }
  if (low > high) return { domain: [0, 1], constant: 1 };
  const sorted = sample(parts, Math.ceil(count / SAMPLE)).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? low;
  const sizes = sorted.map(Math.abs).sort();
  const constant = sizes.find((size, i) => size > 0 && i >= sizes.length * 0.02) ?? 1;
  const [from, to] = [at(BULK[0]), at(BULK[1])];
  if (ignoreOutliers && to > from && high - low > ROOM * (to - from)) [low, high] = [from, to];
  const margin = (high - low) * MARGIN || Math.abs(low) * MARGIN || 1;
  return { domain: [low - margin, high + margin], constant };
}

/** Every n-th number, if it is finite. */
function sample(parts: readonly Float64Array[], n: number): Float64Array {
  const taken: number[] = [];
  let skip = 0;
  for (const values of parts) {
    for (; skip < values.length; skip += n) if (Number.isFinite(values[skip]!)) taken.push(values[skip]!);
    skip -= values.length;
  }
  return Float64Array.from(taken);
}
