// A layer of a given size with random parameters and a random input.

/** @returns `{ rows, depth, columns, input, weight, bias }`, scaled so that outputs are about 1 */
export function layerOf({ ours: [{ library }] }, rows, depth, columns) {
  const { randn } = library;
  return {
    rows,
    depth,
    columns,
    input: Float32Array.from(randn(rows, depth).data),
    weight: randn(columns, depth).data.map((x) => x * depth ** -0.5),
    bias: randn(columns).data.map((x) => x * 0.1),
  };
}
