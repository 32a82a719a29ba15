/**
 * The exponential moving average that TensorBoard draws, freed of its start at 0: after n finite values the sum of the
 * weights is 1 - weight^n, and it is divided by that. What is not finite passes through and counts for nothing; a
 * series of one value only stays as it is. For finite values it is what pandas calls `ewm(alpha=1 - weight).mean()`.
 *
 * After classicSmoothing in tensorboard/webapp/widgets/line_chart_v2/data_transformer.ts; the correction is
 * that of Adam (Kingma and Ba, 2015, section 3).
 * @param weight of what came before, 0 (nothing is smoothed) to 1 (exclusive)
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
 * The points of a line as it looks at this width: where several share a pixel column, the first, the smallest, the
 * largest and the last of them, in their order. A gap stays a gap: of several NaN one is kept.
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
