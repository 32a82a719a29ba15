import type { Range } from '../state/view-state.ts';

/** The shares of the numbers between which the bulk lies. */
const BULK: Range = [0.01, 0.99];
/** Everything is shown while it takes at most so many times the room of the bulk: a loss may fall far from its start. */
const ROOM = 25;
const MARGIN = 0.05;

/** What an axis of scalars shows. */
export interface ScalarRange {
  readonly domain: Range;
  /** Where a symmetric-log axis bends: the size of the small ones. */
  readonly constant: number;
}

/** The finite numbers with some room around them; of a few that lie far from all others, only that they are there. */
export function scalarRange(values: Iterable<number>): ScalarRange {
  const sorted = Float64Array.from([...values].filter(Number.isFinite)).sort();
  if (sorted.length === 0) return { domain: [0, 1], constant: 1 };
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  const sizes = sorted.map(Math.abs).sort();
  const constant = sizes.find((size, i) => size > 0 && i >= sizes.length * 0.02) ?? 1;
  let [low, high] = [at(0), at(1)];
  const bulk = at(BULK[1]) - at(BULK[0]);
  if (bulk > 0 && high - low > ROOM * bulk) [low, high] = [at(BULK[0]), at(BULK[1])];
  const margin = (high - low) * MARGIN || Math.abs(low) * MARGIN || 1;
  return { domain: [low - margin, high + margin], constant };
}
