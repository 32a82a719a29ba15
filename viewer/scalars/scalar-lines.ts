import { exponentialAverage } from '../data/exponential-average.ts';

/** All values, smoothed: see {@link exponentialAverage}. */
export function smooth(values: ArrayLike<number>, weight: number): Float64Array {
  return Float64Array.from(values, exponentialAverage(weight));
}

/**
 * Thins out a line without changing how it looks: of the points in a pixel column, the first, the smallest, the largest
 * and the last remain, and one NaN if there is any.
 * @param x of the points in pixels, ascending
 * @returns x and y in turn
 */
export function thinLine(x: ArrayLike<number>, y: ArrayLike<number>): number[] {
  const points: number[] = [];
  const take = (i: number) => points.push(x[i]!, y[i]!);
  for (let start = 0, end = 0; start < x.length; start = end) {
    const column = Math.floor(x[start]!);
    let low = start;
    let high = start;
    let gap = -1;
    for (; end < x.length && Math.floor(x[end]!) === column; end++) {
      if (Number.isNaN(y[end]!)) gap = end;
      if (!(y[low]! <= y[end]!)) low = end;
      if (!(y[high]! >= y[end]!)) high = end;
    }
    const kept = new Set([start, low, high, end - 1]);
    if (gap !== -1) kept.add(gap);
    for (const i of [...kept].sort((a, b) => a - b)) take(i);
  }
  return points;
}
