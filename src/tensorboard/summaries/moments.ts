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

/** Extremes and sums over the finite values, and how many are not finite. Sums of whole numbers are whole. */
export function moments(values: Numbers): Moments {
  const { length } = values;
  const { min, max, sum, sumSquares } = kernels().moments(values);
  // Mostly all values are finite, and then this is.
  if (length === 0 || !Number.isFinite(sumSquares)) return momentsOfFinite(values);
  return { num: length, min, max, sum, sumSquares, nan: 0, positiveInfinity: 0, negativeInfinity: 0 };
}

function momentsOfFinite(values: Numbers): Moments {
  let [min, max, sum, sumSquares] = [Infinity, -Infinity, 0, 0];
  let [nan, positiveInfinity, negativeInfinity] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    if (x - x !== 0) {
      if (x === Infinity) positiveInfinity++;
      else if (x === -Infinity) negativeInfinity++;
      else nan++;
      continue;
    }
    if (x <= min) min = x;
    if (x >= max) max = x;
    sum += x;
    sumSquares += x * x;
  }
  if (min > max) [min, max] = [0, 0];
  return { num: values.length, min, max, sum, sumSquares, nan, positiveInfinity, negativeInfinity };
}
