import type { Distribution } from '../../kernels/index.ts';

/** Statistics of the values in a histogram record. */
export interface Moments {
  /** All values, NaN and infinities included. */
  readonly num: number;
  /** The smallest finite value. Like the next three numbers, 0 if no value is finite. */
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly sumSquares: number;
  readonly nan: number;
  readonly positiveInfinity: number;
  readonly negativeInfinity: number;
}

export function momentsOf(distribution: Distribution): Moments {
  const none = Number.isNaN(distribution.min);
  return {
    num: distribution.count,
    min: none ? 0 : distribution.min,
    max: none ? 0 : distribution.max,
    sum: distribution.sum,
    sumSquares: distribution.sumSquares,
    nan: distribution.nan,
    positiveInfinity: distribution.positiveInfinity,
    negativeInfinity: distribution.negativeInfinity,
  };
}
