/** @file The statistics of an array, and the plain way to compute them. */
import type { Numbers } from './numbers.ts';

/**
 * Statistics of one array. `mean`, `variance`, `min` and `max` cover the finite values, so that one infinity does not
 * hide the rest; without a finite value they are NaN.
 */
export interface Summary {
  /** Of all values, NaN and infinities included. */
  readonly count: number;
  readonly mean: number;
  /** Population variance: the mean squared distance from the mean (divided by n, not n - 1). */
  readonly variance: number;
  /** A zero is 0, never -0; so is that of `max`. */
  readonly min: number;
  readonly max: number;
  /** The number of 0 and -0. */
  readonly zeros: number;
  readonly nan: number;
  readonly positiveInfinity: number;
  readonly negativeInfinity: number;
}

/**
 * The plain twin of the kernels' `summarize`. Two passes over the finite values: a mean far from zero costs the variance
 * no digits.
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
    // Adding 0 turns -0 into 0.
    min: none ? NaN : min + 0,
    max: none ? NaN : max + 0,
    zeros,
    nan,
    positiveInfinity,
    negativeInfinity,
  };
}
