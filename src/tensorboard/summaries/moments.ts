import type { Distribution } from '../../kernels/index.ts';

/** Statistics of the values in a histogram record. */
export interface Moments {
  /** All values, NaN and infinities included. */
  readonly num: number;
  /** Of the finite values, as the next three; all of them 0 where there is none. */
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly sumSquares: number;
  readonly nan: number;
  readonly positiveInfinity: number;
  readonly negativeInfinity: number;
}

export function momentsOf({ count: num, min, max, ...others }: Distribution): Moments {
  const { sum, sumSquares, nan, positiveInfinity, negativeInfinity } = others;
  const extremes = Number.isNaN(min) ? { min: 0, max: 0 } : { min, max };
  return { num, ...extremes, sum, sumSquares, nan, positiveInfinity, negativeInfinity };
}
