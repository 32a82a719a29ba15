import { kernels, type Numbers } from '../../kernels/index.ts';

/** What a histogram record says of its values beside the counts. */
export interface Moments {
  /** All values, NaN and infinities included. */
  readonly num: number;
  /** Of the finite values, as the next three; all of them 0 where there is none. */
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly sumSquares: number;
  readonly nan: number;
  readonly positiveInfinity: number;
  readonly negativeInfinity: number;
}

/** So many are looked at one by one in a few microseconds. */
const FEW = 4096;

/**
 * Extremes and sums over the finite values, and how many are not finite.
 *
 * Few values are looked at in one pass: of -0 and 0 the later one is the extreme, as numpy mostly has it. Of many, the
 * kernels know the extremes, and whether all are finite; the sums are added up in float64, since a record's agree with
 * PyTorch's to twelve digits, and float32 arithmetic has not as many. Sums of whole numbers are whole.
 */
export function moments(values: Numbers): Moments {
  if (values.length <= FEW) return momentsOfFew(values);
  const { count, min, max, nan, positiveInfinity, negativeInfinity } = kernels().summarize(values);
  if (nan + positiveInfinity + negativeInfinity > 0) return momentsOfAny(values);
  return { num: count, min, max, ...sums(values), nan, positiveInfinity, negativeInfinity };
}

/** As {@link momentsOfAny}, in the hope that all are finite: then the sum of squares is, too. */
function momentsOfFew(values: Numbers): Moments {
  let [min, max, sum0, sum1, squares0, squares1] = [Infinity, -Infinity, 0, 0, 0, 0];
  const { length } = values;
  const pairs = length & ~1;
  for (let i = 0; i < pairs; i += 2) {
    const x = values[i]!;
    const y = values[i + 1]!;
    if (x <= min) min = x;
    if (x >= max) max = x;
    if (y <= min) min = y;
    if (y >= max) max = y;
    sum0 += x;
    squares0 += x * x;
    sum1 += y;
    squares1 += y * y;
  }
  if (pairs < length) {
    const x = values[pairs]!;
    if (x <= min) min = x;
    if (x >= max) max = x;
    sum0 += x;
    squares0 += x * x;
  }
  const sumSquares = squares0 + squares1;
  if (length === 0 || !Number.isFinite(sumSquares)) return momentsOfAny(values);
  return { num: length, min, max, sum: sum0 + sum1, sumSquares, nan: 0, positiveInfinity: 0, negativeInfinity: 0 };
}

/** Two sums each, so that no addition waits for the one before. */
function sums(values: Numbers): { sum: number; sumSquares: number } {
  let [sum0, sum1, squares0, squares1] = [0, 0, 0, 0];
  const pairs = values.length & ~1;
  for (let i = 0; i < pairs; i += 2) {
    const x = values[i]!;
    const y = values[i + 1]!;
    sum0 += x;
    squares0 += x * x;
    sum1 += y;
    squares1 += y * y;
  }
  const last = pairs < values.length ? values[pairs]! : 0;
  return { sum: sum0 + sum1 + last, sumSquares: squares0 + squares1 + last * last };
}

function momentsOfAny(values: Numbers): Moments {
  let [min, max, sum, sumSquares] = [Infinity, -Infinity, 0, 0];
  let [nan, positiveInfinity, negativeInfinity] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    if (x - x !== 0) {
      if (x === Infinity) positiveInfinity++;
      else if (x === -Infinity) negativeInfinity++;
      else nan++;
      continue;
    }
    if (x <= min) min = x;
    if (x >= max) max = x;
    sum += x;
    sumSquares += x * x;
  }
  if (min > max) [min, max] = [0, 0];
  return { num: values.length, min, max, sum, sumSquares, nan, positiveInfinity, negativeInfinity };
}
