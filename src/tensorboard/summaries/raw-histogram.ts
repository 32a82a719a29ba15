import { describe, type NumericArray } from '../../check/index.ts';
import type { Histogram } from '../format/event.ts';
import { readArray } from '../values.ts';

/** A histogram that somebody else has counted. */
export interface RawHistogram {
  readonly min: number;
  readonly max: number;
  /** How many values there were. */
  readonly num: number;
  readonly sum: number;
  readonly sumSquares: number;
  /** The right edge of each bucket, ascending. */
  readonly bucketLimits: NumericArray;
  /** How many values each bucket holds. */
  readonly bucketCounts: NumericArray;
}

/** @throws TypeError or RangeError that names the field and says what came */
export function readRawHistogram(where: string, raw: RawHistogram): Histogram {
  if (typeof raw !== 'object' || raw === null) {
    throw new TypeError(`${where}: histogram is ${describe(raw)}; expected an object with min, max, num, sum, …`);
  }
  const { min, max, num, sum, sumSquares } = raw;
  for (const [name, value] of Object.entries({ min, max, num, sum, sumSquares })) {
    if (typeof value !== 'number') throw new TypeError(`${where}: ${name} is ${describe(value)}; expected a number`);
  }
  const bucketLimits = doubles(`${where}: bucketLimits`, raw.bucketLimits);
  const bucketCounts = doubles(`${where}: bucketCounts`, raw.bucketCounts);
  if (bucketLimits.length !== bucketCounts.length) {
    throw new RangeError(
      `${where}: len(bucket_limits) != len(bucket_counts), see the document.\n  ` +
        `came: ${bucketLimits.length} limits, ${bucketCounts.length} counts`,
    );
  }
  return { min, max, num, sum, sumSquares, bucketLimits, bucketCounts };
}

function doubles(where: string, values: unknown): Float64Array {
  return Float64Array.from(readArray(where, values).values as ArrayLike<number>);
}
