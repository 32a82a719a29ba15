// Linear + ReLU at the sizes of real layers: the table that the tests of the kernels check too.
import { verifyLinear } from '../verify.mjs';
import { timeAll } from './time-all.mjs';

export const title = 'Linear + ReLU';

export const about = `relu(x · wᵀ + b) for x [M, K], w [N, K], as M x K x N. Timed is what a user calls, from an array
to an array: the input copied in, the product, the output copied out. Weights are where each library keeps them.
GFLOP/s is 2·M·K·N / time. The peak: from 8 rows up, the register-only multiply-add loop of the same binary; below,
a loop that only reads as many bytes as the weights have.`;

/** Below this many rows a product is as fast as its weights can be read. */
const READ_BOUND_ROWS = 8;

/** @yields one row of results a size */
export async function* rows(bench) {
  for (const [rows, depth, columns] of bench.sizes) {
    const { randn } = bench.ours[0].library;
    const scaled = (shape, factor) => randn(...shape).data.map((x) => x * factor);
    const layer = {
      rows,
      depth,
      columns,
      input: scaled([rows, depth], 1),
      weight: scaled([columns, depth], depth ** -0.5),
      bias: scaled([columns], 0.1),
    };
    const weightBytes = 4 * depth * columns;
    const readBound = rows < READ_BOUND_ROWS;
    const peaks = readBound ? [bench.peak.read(weightBytes)] : Object.values(bench.peak.multiplyAdds);
    yield {
      label: `${rows}x${depth}x${columns}`,
      flop: 2 * rows * depth * columns,
      bytes: weightBytes,
      ...(await timeAll(
        bench,
        (library) => library.linear(layer),
        peaks,
        (who, output) => verifyLinear(who, output, layer),
      )),
    };
  }
}
