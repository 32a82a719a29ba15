// Searches in ascending numbers. d3-array's bisector takes 1.4 times as long, because it calls a comparator.

/**
 * The index of the first number that is not less than `wanted`; `length` if all are less.
 * @param stride with `offset`: the numbers are every `stride`-th of the array, from there on
 */
export function lowerBound(
  sorted: Float64Array,
  wanted: number,
  length: number = sorted.length,
  stride = 1,
  offset = 0,
): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle * stride + offset]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The index of the first of `length` numbers that is greater than `wanted`; `length` if none is. */
export function upperBound(sorted: Float64Array, wanted: number, length: number = sorted.length): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The index of the number nearest to `wanted`, the first of two; -1 if there are none. */
export function nearestAt(sorted: Float64Array, wanted: number, length: number = sorted.length): number {
  const after = lowerBound(sorted, wanted, length);
  if (after === 0) return length === 0 ? -1 : 0;
  if (after === length) return length - 1;
  return sorted[after]! - wanted < wanted - sorted[after - 1]! ? after : after - 1;
}
