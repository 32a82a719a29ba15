/** @file Statistics of one array: what they are, and the plain way to compute them. */
import type { Numbers } from './numbers.ts';

/**
 * Statistics of one array. `mean`, `variance`, `min` and `max` are of the finite values alone, so that one
 * infinity does not hide the rest; they are NaN where there is no finite value.
 */
export interface Summary {
  /** All values, NaN and infinities included. */
  readonly count: number;
  readonly mean: number;
  /** Population variance: the mean squared distance from the mean (divided by n, not n - 1). */
  readonly variance: number;
  /** A minimum or maximum that is zero is 0, never -0, whatever the signs of the zeros. */
  readonly min: number;
  readonly max: number;
  /** How many are 0 or -0. */
  readonly zeros: number;
  readonly nan: number;
  readonly positiveInfinity: number;
  readonly negativeInfinity: number;
}

/**
 * The slow, obvious twin of the kernels' `summarize`: two passes over the finite values, so that a mean far from zero costs
 * the variance no digits.
 */
export function plainSummary(values: Numbers): Summary {
  let [sum, finite, zeros, nan, positiveInfinity, negativeInfinity] = [0, 0, 0, 0, 0, 0];
  let [min, max] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    if (Number.isNaN(x)) nan++;
    else if (x === Infinity) positiveInfinity++;
    else if (x === -Infinity) negativeInfinity++;
    else {
      finite++;
      sum += x;
      if (x === 0) zeros++;
      if (x < min) min = x;
      if (x > max) max = x;
    }
  }
  const none = finite === 0;
  const mean = none ? NaN : sum / finite;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const distance = values[i]! - mean;
    if (Number.isFinite(distance)) squares += distance * distance;
  }
  return {
    count: values.length,
    mean,
    variance: none ? NaN : squares / finite,
    // Adding 0 makes -0 a 0.
    min: none ? NaN : min + 0,
    max: none ? NaN : max + 0,
    zeros,
    nan,
    positiveInfinity,
    negativeInfinity,
  };
}
