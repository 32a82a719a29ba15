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

/** So many are added one by one in a few microseconds. */
const FEW = 4096;

/**
 * Extremes and sums over the finite values, and how many are not finite.
 *
 * Few values are added one by one, so that sums of whole numbers are whole. Of many, the sums are those that the mean and
 * the variance of the kernels stand for; but where they overflow, mean and variance say too little.
 */
export function moments(values: Numbers): Moments {
  const { count, mean, variance, min, max, nan, positiveInfinity, negativeInfinity } = kernels().summarize(values);
  const others = { num: count, nan, positiveInfinity, negativeInfinity };
  const finite = count - nan - positiveInfinity - negativeInfinity;
  if (finite === 0) return { ...others, min: 0, max: 0, sum: 0, sumSquares: 0 };
  const [sum, sumSquares] = [mean * finite, (variance + mean * mean) * finite];
  const fits = Number.isFinite(sum) && Number.isFinite(sumSquares);
  if (count > FEW && fits) return { ...others, min, max, sum, sumSquares };
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
