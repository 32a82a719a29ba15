import { addBins } from './add-bins.ts';
import type { HistogramPoint, PointSummary } from './points.ts';

/** A column of a histogram series: a point without its names, or the sum of several. */
export type HistogramColumn = Omit<Required<HistogramPoint>, 'kind' | 'run' | 'tag'>;

export const addColumns = (a: HistogramColumn, b: HistogramColumn): HistogramColumn => ({
  step: Math.min(a.step, b.step),
  lastStep: Math.max(a.lastStep, b.lastStep),
  wallTime: Math.min(a.wallTime, b.wallTime),
  points: a.points + b.points,
  bins: addBins(a.bins, b.bins),
  summary: addSummaries(a.summary, b.summary),
});

/** Groups neighbours that have at most this many points together. @returns groups as [start, end) */
export function groupByPoints(points: readonly number[], most: number): (readonly [number, number])[] {
  const groups: [number, number][] = [];
  let sum = Infinity;
  for (let column = 0; column < points.length; column++) {
    sum += points[column]!;
    if (sum <= most) groups.at(-1)![1] = column + 1;
    else {
      groups.push([column, column + 1]);
      sum = points[column]!;
    }
  }
  return groups;
}

/**
 * Source of the deviation: Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample
 * variances" (1979).
 */
function addSummaries(a: PointSummary, b: PointSummary): PointSummary {
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

/** The number of finite values: mean and standard deviation are theirs. */
const finite = ({ count, nan, negativeInfinity, positiveInfinity, unknown }: PointSummary): number =>
  count - nan - negativeInfinity - positiveInfinity - unknown;

function either(choose: (a: number, b: number) => number, a: number, b: number): number {
  if (Number.isNaN(a)) return b;
  return Number.isNaN(b) ? a : choose(a, b);
}
