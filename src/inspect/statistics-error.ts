/** @file The difference of two tensors of which only samples are known, by the statistics of all their values. */
import type { Numbers, Summary } from '../check/index.ts';
import type { TensorError } from './tensor-error.ts';
import type { Tolerance } from './tolerance.ts';

const COUNTS = { nan: 'NaN', positiveInfinity: 'infinite', negativeInfinity: '-Infinity' } as const;

/**
 * The largest difference of the mean, the standard deviation, the smallest and the largest value. None of them differs by more than the
 * largest difference of two values does. Not finite values are counted.
 * @param isExact for integers, whose sums are rounded nevertheless
 */
export function statisticsError(a: Summary, b: Summary, tolerance: Tolerance, isExact: boolean): TensorError {
  const magnitude = Math.max(Math.abs(a.min), Math.abs(a.max)) || 0;
  const most = isExact
    ? 2 ** -40 * magnitude
    : tolerance.factor * (largest(tolerance.x) * largest(tolerance.w) + magnitude);
  const rms = Math.sqrt(a.mean ** 2 + a.variance);
  let worst: TensorError = { ...NONE, count: a.count };
  const compare = (statistic: string, p: number, q: number, ratio: number) => {
    const max = Math.abs(p - q);
    if (ratio > worst.ratio) worst = { ...worst, max, relative: max / rms, ratio, a: p, b: q, statistic };
  };
  for (const [name, what] of Object.entries(COUNTS) as [keyof typeof COUNTS, string][]) {
    compare(`the number of values that are ${what}`, a[name], b[name], a[name] === b[name] ? 0 : Infinity);
  }
  const deviation = ({ variance }: Summary) => Math.sqrt(variance);
  const numbers: readonly (readonly [string, number, number])[] = [
    ['the mean', a.mean, b.mean],
    ['the standard deviation', deviation(a), deviation(b)],
    ['the smallest value', a.min, b.min],
    ['the largest value', a.max, b.max],
  ];
  for (const [statistic, p, q] of numbers) {
    const difference = Math.abs(p - q);
    // Without finite values they are NaN.
    if (difference > 0) compare(statistic, p, q, most === 0 ? Infinity : difference / most);
  }
  return worst;
}

const NONE: TensorError = { max: 0, relative: 0, ratio: 0, at: 0, a: 0, b: 0, beyond: 0, count: 0, excused: 0 };

function largest(values: Numbers): number {
  let found = 0;
  for (let i = 0; i < values.length; i++) found = Math.max(found, values[i]!);
  return found;
}
