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
