/**
 * TensorBoard's exponential moving average, corrected for its start at 0: after n finite values it is divided by the
 * sum of the weights, 1 - weight^n. Values that are not finite are kept and ignored; a constant series is not changed.
 * For finite values this is pandas' `ewm(alpha=1 - weight).mean()`.
 *
 * After classicSmoothing in tensorboard/webapp/widgets/line_chart_v2/data_transformer.ts; the correction is
 * that of Adam (Kingma and Ba, 2015, section 3).
 * @param weight of the past, from 0 (no smoothing) to less than 1
 */
export function smooth(values: ArrayLike<number>, weight: number): Float64Array {
  const smoothed = Float64Array.from(values);
  if (!(weight > 0) || smoothed.every((value) => value === smoothed[0])) return smoothed;
  let sum = 0;
  let missing = 1;
  for (let i = 0; i < smoothed.length; i++) {
    const value = smoothed[i]!;
    if (!Number.isFinite(value)) continue;
    sum = sum * weight + (1 - weight) * value;
    missing *= weight;
    smoothed[i] = sum / (1 - missing);
  }
  return smoothed;
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
