import type { Core, Tensor } from './framework.ts';

/**
 * One row of float32: how many values are finite; of those the mean, the population variance, the least, the greatest
 * and how many are zero; then how many are NaN, +Infinity and -Infinity. Only this row is read back from the device.
 * The variance takes two passes, over distances from the mean: one pass loses what float32 has in small variances.
 * Counts are exact up to 2^24.
 */
export function summarizeOnDevice(core: Core, tensor: Tensor): Tensor {
  return core.tidy(() => {
    const x = core.cast(tensor, 'float32');
    const finite = core.isFinite(x);
    const count = (mask: Tensor) => core.sum(core.cast(mask, 'float32'));
    const only = (values: Tensor, otherwise: number) => core.where(finite, values, core.scalar(otherwise));
    const n = count(finite);
    const mean = core.div(core.sum(only(x, 0)), n);
    // What is not finite is taken out before it is computed with: Infinity - Infinity would be NaN.
    const distance = only(core.sub(only(x, 0), mean), 0);
    return core.stack([
      n,
      mean,
      core.div(core.sum(core.mul(distance, distance)), n),
      core.min(only(x, LARGEST)),
      core.max(only(x, -LARGEST)),
      count(core.equal(x, 0)),
      count(core.isNaN(x)),
      count(core.equal(x, Number.POSITIVE_INFINITY)),
      count(core.equal(x, Number.NEGATIVE_INFINITY)),
    ]);
  });
}

/** The largest float32: a stand-in that no minimum is greater than. */
const LARGEST = 3.4028234663852886e38;
