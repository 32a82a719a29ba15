// Whole networks: the products, and the calls, modules and copies between layers.
import { verifySame } from '../verify.mjs';
import { settle } from './linear.mjs';
import { timeAll } from './time-all.mjs';

export const chains = {
  title: 'Chains of layers',
  about: `Networks of Linear layers with ReLU between them, at a batch of M. "Sequential" is layertap's
Sequential of Linear and ReLU modules, "Module" a class with its own forward, "hooked" the Sequential with a
forward hook on each Linear. The rivals run the same network: a tfjs LayersModel, one ONNX model, one jitted jax-js
function, a PyTorch Sequential.`,
  rows,
};

/** Batch, then the widths of the layers. */
const NETWORKS = [
  [1, [10, 30, 30, 2]],
  [1, [784, 512, 512, 10]],
  [32, [784, 512, 512, 10]],
];

/** The three forms that a network takes in layertap. */
const FORMS = ['Sequential', 'Module', 'hooked'];

async function* rows(bench) {
  settle(bench);
  for (const [batch, widths] of NETWORKS) {
    const network = networkOf(bench.ours[0].library, batch, widths);
    const flop = 2 * batch * network.layers.reduce((sum, { depth, columns }) => sum + depth * columns, 0);
    let expected;
    const verify = (who, output) => {
      expected ??= Float32Array.from(output);
      verifySame(who, output, expected, 1e-4);
    };
    const make = (library) =>
      library.forms === undefined ? library.network?.(network) : FORMS.map((form) => library.forms(network)[form]());
    const sizes = network.layers.flatMap(({ columns, relu }) => (relu ? [columns, columns] : [columns]));
    const peaks = [newArrays(sizes.map((columns) => batch * columns))];
    const { times, ...rest } = await timeAll(bench, make, peaks, verify);
    for (const form of FORMS) {
      // The three rows share the rivals.
      const mine = Object.entries(times)
        .filter(([name]) => !FORMS.some((other) => other !== form && name.endsWith(` ${other}`)))
        .map(([name, turns]) => [name.replace(` ${form}`, ''), turns]);
      yield { label: `${batch} x ${widths.join('-')}, ${form}`, flop, ...rest, times: Object.fromEntries(mine) };
    }
  }
}

/** What the arrays cost in which each Linear and each ReLU gives its output, if it is called as a module of its own. */
function newArrays(lengths) {
  const run = () => lengths.map((length) => new Float32Array(length));
  return { name: 'new arrays', run };
}

function networkOf({ randn }, rows, widths) {
  const layers = widths.slice(1).map((columns, i) => {
    const depth = widths[i];
    return {
      depth,
      columns,
      weight: randn(columns, depth).data.map((x) => x * depth ** -0.5),
      bias: randn(columns).data.map((x) => x * 0.1),
      relu: i < widths.length - 2,
    };
  });
  return { rows, layers, input: Float32Array.from(randn(rows, widths[0]).data) };
}
