/** float32's distance from 1 to the next number: the ε of the bound. */
export const EPSILON: number = 2 ** -23;

/**
 * One output of x[M, K] · wᵀ + b in float64, and the bound n·ε·Σ|x·w| within which a float32 kernel has to be.
 * @param i counts through the outputs, row by row
 */
export function exactOutput(
  x: Float32Array,
  w: Float32Array,
  b: Float32Array | null,
  depth: number,
  columns: number,
  i: number,
): { sum: number; bound: number } {
  const [row, column] = [Math.floor(i / columns), i % columns];
  let sum = b?.[column] ?? 0;
  let magnitude = Math.abs(sum);
  for (let k = 0; k < depth; k++) {
    const product = x[row * depth + k]! * w[column * depth + k]!;
    sum += product;
    magnitude += Math.abs(product);
  }
  return { sum, bound: (depth + 1) * EPSILON * magnitude };
}
