// Linear + ReLU at the sizes of real layers, which the tests of the kernels share. Two sections, because the bounds differ:
// multiply-adds, and, for a few rows, reading the weights.
import { verifyLinear } from '../verify.mjs';
import { timeAll } from './time-all.mjs';

/** With fewer rows, reading the weights is the bound. */
const READ_BOUND_ROWS = 8;

/** Operations up to which the slow candidates take part. */
const SLOW = { 'plain JavaScript': 4e6, 'tfjs cpu': 4e6, 'ml-matrix': 1e6, '@stdlib sgemm': 1e6 };

const ABOUT = `relu(x · wᵀ + b) for x [M, K], w [N, K], as M x K x N. Timed is what a user calls, from an array to an
array: the input copied in, the product, the output copied out. Weights are where each library keeps them.`;

export const linear = {
  title: 'Linear + ReLU',
  about: `${ABOUT}
GFLOP/s is 2·M·K·N / time; the peak is the register-only multiply-add loop of the same binary. The limit is the time at that
peak and the time to copy the output out into a new array. Candidates in plain JavaScript, a hundred times slower,
are left out of the larger sizes.`,
  takesSizes: true,
  rows: (bench) =>
    rowsOf(
      bench,
      'flop',
      (rows) => rows >= READ_BOUND_ROWS,
      (_, outputBytes) => [...Object.values(bench.peak.multiplyAdds), bench.peak.copyOut(outputBytes)],
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
      'bytes',
      (rows) => rows < READ_BOUND_ROWS,
      (bytes) => [bench.peak.read(bytes), ...Object.values(bench.peak.multiplyAdds)],
    ),
};

async function* rowsOf(bench, bound, belongs, peaksOf) {
  settle(bench);
  for (const [rows, depth, columns] of bench.sizes) {
    if (!belongs(rows)) continue;
    const layer = layerOf(bench, rows, depth, columns);
    const bytes = 4 * depth * columns;
    const flop = 2 * rows * depth * columns;
    const make = ({ name, linear }) => (flop > SLOW[name] ? [] : linear(layer));
    const verify = (who, output) => verifyLinear(who, output, layer);
    yield {
      label: `${rows}x${depth}x${columns}`,
      flop,
      bytes,
      bound,
      ...(await timeAll(bench, make, peaksOf(bytes, 4 * rows * columns), verify)),
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

/** layertap chooses its tile from samples of the first second of large products: over before anything is timed. */
export function settle(bench) {
  const layer = layerOf(bench, 64, 1024, 512);
  for (const { name, linear } of bench.ours) {
    if (name === 'plain JavaScript') continue;
    const { run, dispose } = linear(layer);
    // Not for a time: on a busy machine there would be too few samples.
    for (let i = 0; i < 2000; i++) run();
    dispose();
  }
}
