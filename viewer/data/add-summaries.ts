import type { PointSummary } from './points.ts';

/** How many values a summary's mean and standard deviation are of. */
const finite = ({ count, nan, negativeInfinity, positiveInfinity, unknown }: PointSummary): number =>
  count - nan - negativeInfinity - positiveInfinity - unknown;

/**
 * What is known of the values of two summaries together.
 * Source of the deviation: Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample
 * variances" (1979).
 */
export function addSummaries(a: PointSummary, b: PointSummary): PointSummary {
  const [m, n] = [finite(a), finite(b)];
  let { mean, std } = n > 0 ? b : a;
  if (m > 0 && n > 0) {
    const [shareA, shareB] = [m / (m + n), n / (m + n)];
    const apart = b.mean - a.mean;
    mean = a.mean * shareA + b.mean * shareB;
    std = Math.sqrt(a.std * a.std * shareA + b.std * b.std * shareB + apart * apart * shareA * shareB);
  }
  return {
    count: a.count + b.count,
    mean,
    std,
    min: either(Math.min, a.min, b.min),
    max: either(Math.max, a.max, b.max),
    zeros: a.zeros + b.zeros,
    nan: a.nan + b.nan,
    negativeInfinity: a.negativeInfinity + b.negativeInfinity,
    positiveInfinity: a.positiveInfinity + b.positiveInfinity,
    below: a.below + b.below,
    above: a.above + b.above,
    unknown: a.unknown + b.unknown,
  };
}

function either(choose: (a: number, b: number) => number, a: number, b: number): number {
  if (Number.isNaN(a)) return b;
  return Number.isNaN(b) ? a : choose(a, b);
}
