import { kernels, type Numbers } from '../../kernels/index.ts';

/** What a histogram record says of its values beside the counts. */
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

/**
 * Extremes and sums over the finite values, and how many are not finite.
 *
 * The sums are those that the mean and the variance of the kernels stand for; where they overflow, mean and variance say
 * too little, and the values are added one by one.
 */
export function moments(values: Numbers): Moments {
  const { count, mean, variance, min, max, nan, positiveInfinity, negativeInfinity } = kernels().summarize(values);
  const others = { num: count, nan, positiveInfinity, negativeInfinity };
  const finite = count - nan - positiveInfinity - negativeInfinity;
  if (finite === 0) return { ...others, min: 0, max: 0, sum: 0, sumSquares: 0 };
  const [sum, sumSquares] = [mean * finite, (variance + mean * mean) * finite];
  if (Number.isFinite(sum) && Number.isFinite(sumSquares)) return { ...others, min, max, sum, sumSquares };
  return { ...others, min, max, ...plainSums(values) };
}

function plainSums(values: Numbers): { sum: number; sumSquares: number } {
  let [sum, sumSquares] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    if (!Number.isFinite(x)) continue;
    sum += x;
    sumSquares += x * x;
  }
  return { sum, sumSquares };
}
