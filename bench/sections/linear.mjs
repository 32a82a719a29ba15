// Linear + ReLU at the sizes of real layers, which the tests of the kernels share. Two sections, because the bounds differ:
// multiply-adds, and, for a few rows, reading the weights.
import { verifyLinear } from '../verify.mjs';
import { timeAll } from './time-all.mjs';

/** With fewer rows, reading the weights is the bound. */
const READ_BOUND_ROWS = 8;

/** Operations up to which the slow candidates take part. */
const SLOW_UP_TO = 4e6;
const SLOW = ['plain JavaScript', 'tfjs cpu'];

const ABOUT = `relu(x · wᵀ + b) for x [M, K], w [N, K], as M x K x N. Timed is what a user calls, from an array to an
array: the input copied in, the product, the output copied out. Weights are where each library keeps them.`;

export const linear = {
  title: 'Linear + ReLU',
  about: `${ABOUT}
GFLOP/s is 2·M·K·N / time; the peak is the register-only multiply-add loop of the same binary. Plain JavaScript and
tfjs on its cpu backend, a hundred times slower, are left out above 4 MFLOP.`,
  takesSizes: true,
  rows: (bench) =>
    rowsOf(
      bench,
      (rows) => rows >= READ_BOUND_ROWS,
      () => Object.values(bench.peak.multiplyAdds),
    ),
};

export const fewRows = {
  title: 'Linear + ReLU, a few rows',
  about: `${ABOUT}
GB/s is the bytes of the weights / time; the peak is a loop that only reads as many bytes.`,
  takesSizes: true,
  rows: (bench) =>
    rowsOf(
      bench,
      (rows) => rows < READ_BOUND_ROWS,
      (bytes) => [bench.peak.read(bytes)],
    ),
};

async function* rowsOf(bench, belongs, peaksOf) {
  for (const [rows, depth, columns] of bench.sizes) {
    if (!belongs(rows)) continue;
    const layer = layerOf(bench, rows, depth, columns);
    const bytes = 4 * depth * columns;
    const flop = 2 * rows * depth * columns;
    const make = ({ name, linear }) => (flop > SLOW_UP_TO && SLOW.includes(name) ? [] : linear(layer));
    const verify = (who, output) => verifyLinear(who, output, layer);
    yield {
      label: `${rows}x${depth}x${columns}`,
      flop,
      bytes,
      ...(await timeAll(bench, make, peaksOf(bytes), verify)),
    };
  }
}

/** @returns a layer with random parameters and input, scaled so that outputs are about 1 */
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
