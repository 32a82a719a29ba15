// Searches in ascending numbers. d3-array's bisector takes 1.4 times as long, because it calls a comparator.

/** The index of the first number that is not less than `wanted`; the length if all are less. */
export function lowerBound(sorted: Float64Array, wanted: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < wanted) low = middle + 1;
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
