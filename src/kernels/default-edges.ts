let edges: Float64Array | undefined;

/**
 * The 1549 bin edges of PyTorch's default histogram (`bins='tensorflow'`), ascending: 0, and on either side of it
 * 774 steps that grow by a tenth, from 1e-12 to 9.92e19.
 *
 * Multiplied up and not `1e-12 * 1.1 ** k`: the rounding errors of the running product are part of the format, and
 * every value that lies on an edge depends on them.
 *
 * Source: `SummaryWriter.__init__` in torch/utils/tensorboard/writer.py.
 * @returns the same array at each call, which nobody may change: kernels know it by its identity, since comparing all
 *   edges would take longer than counting a thousand values
 */
export function defaultEdges(): Float64Array {
  if (edges !== undefined) return edges;
  const positive: number[] = [];
  for (let edge = 1e-12; edge < 1e20; edge *= 1.1) positive.push(edge);
  const negative = positive.map((edge) => -edge).reverse();
  edges = Float64Array.from([...negative, 0, ...positive]);
  return edges;
}
