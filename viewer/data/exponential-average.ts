/**
 * TensorBoard's exponential moving average, corrected for its start at 0: after n finite values it is divided by the
 * sum of the weights, 1 - weight^n. Values that are not finite are kept and ignored; a constant series is not changed.
 * For finite values this is pandas' `ewm(alpha=1 - weight).mean()`.
 *
 * After classicSmoothing in tensorboard/webapp/widgets/line_chart_v2/data_transformer.ts; the correction is
 * that of Adam (Kingma and Ba, 2015, section 3).
 * @param weight of the past, from 0 (no smoothing) to less than 1
 * @returns a function that takes the values in order, and gives each smoothed
 */
export function exponentialAverage(weight: number): (value: number) => number {
  let [sum, missing, first, isConstant] = [0, 1, Number.NaN, true];
  return (value) => {
    if (!Number.isFinite(value) || !(weight > 0)) return value;
    if (missing === 1) first = value;
    else if (value !== first) isConstant = false;
    sum = sum * weight + (1 - weight) * value;
    missing *= weight;
    return isConstant ? value : sum / (1 - missing);
  };
}
