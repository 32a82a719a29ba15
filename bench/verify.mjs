// Results are checked before they are timed: a candidate that computes something else, or less, would win.

const EPSILON = 2 ** -24;

/** Outputs of a layer that are computed again, in float64. */
const CHECKED = 200;

/**
 * Checks relu(x · wᵀ + b) at outputs spread over the whole, the last one included, against float64 sums.
 * @throws Error that names the candidate and the output
 */
export function verifyLinear(who, output, { rows, depth, columns, input, weight, bias }) {
  const size = rows * columns;
  if (output.length !== size) throw new Error(`${who}: ${output.length} outputs instead of ${size}`);
  const checked = Math.min(size, CHECKED);
  for (let i = 1; i <= checked; i++) {
    const at = Math.floor((i * size) / checked) - 1;
    const [row, column] = [Math.floor(at / columns), at % columns];
    let sum = bias[column];
    let magnitude = Math.abs(sum);
    for (let k = 0; k < depth; k++) {
      const product = input[row * depth + k] * weight[column * depth + k];
      sum += product;
      magnitude += Math.abs(product);
    }
    const expected = Math.max(sum, 0);
    const wrong = !(Math.abs(output[at] - expected) <= (depth + 1) * EPSILON * magnitude);
    if (wrong)
      throw new Error(`${who}, ${rows}x${depth}x${columns}, output ${at}: ${output[at]}, expected ${expected}`);
  }
}

/** Compares an output with that of another candidate. */
export function verifySame(who, output, expected, tolerance) {
  if (output.length !== expected.length) throw new Error(`${who}: ${output.length} outputs, not ${expected.length}`);
  for (let i = 0; i < expected.length; i++) {
    const wrong = !(Math.abs(output[i] - expected[i]) <= tolerance * Math.max(1, Math.abs(expected[i])));
    if (wrong) throw new Error(`${who}, output ${i}: ${output[i]}, expected ${expected[i]}`);
  }
}
