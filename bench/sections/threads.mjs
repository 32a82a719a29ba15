// The same products on two threads: layertap's pool beside its own single thread, and rivals with as many threads.
import { verifyLinear } from '../verify.mjs';
import { layerOf, settle } from './linear.mjs';
import { timeAll } from './time-all.mjs';

/** Products below this many operations are not worth a second thread. */
const LARGE = 6e6;

export const threads = {
  title: 'Two threads',
  about: `relu(x · wᵀ + b) as above, the large sizes. layertap's columns have two threads, so "one thread" beside them
is the gain. The onnxruntimes, litert.js and PyTorch have two threads too; tfjs takes only half of the machine's processors,
and jax-js all or none. There is a pause before each turn, because threads that have finished keep a core busy for a
while.`,
  threads: 2,
  async *rows(bench) {
    const settings = { ...bench.settings, pause: 5 };
    settle(bench);
    for (const [rows, depth, columns] of bench.sizes) {
      const flop = 2 * rows * depth * columns;
      if (flop < LARGE) continue;
      const layer = layerOf(bench, rows, depth, columns);
      const verify = (who, output) => verifyLinear(who, output, layer);
      const make = (library) => library.linear(layer);
      yield {
        label: `${rows}x${depth}x${columns}`,
        flop,
        ...(await timeAll({ ...bench, settings }, make, [], verify)),
      };
    }
  },
};
