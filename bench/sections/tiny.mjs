// Layers so small that the call is most of the time.
import { verifySame } from '../verify.mjs';
import { timeAll } from './time-all.mjs';

export const tiny = {
  title: 'Tiny layers',
  about: `One Linear module called at batch 1, from a Tensor to a Tensor, as K x N. The arithmetic of 10x30
takes 0.02 µs at the peak of the machine: the rest is the call, the border to WebAssembly and the output's array.`,
  rows,
};

const LAYERS = [
  [1, 1],
  [10, 30],
  [30, 30],
  [30, 2],
  [64, 10],
];

async function* rows(bench) {
  const { randn } = bench.ours[0].library;
  for (const [depth, columns] of LAYERS) {
    const [weight, bias] = [Float32Array.from(randn(columns, depth).data), Float32Array.from(randn(columns).data)];
    const network = {
      rows: 1,
      layers: [{ depth, columns, weight, bias, relu: false }],
      input: Float32Array.from(randn(depth).data),
    };
    const expected = bias.map((b, i) =>
      weight.subarray(i * depth, (i + 1) * depth).reduce((s, w, k) => s + w * network.input[k], b),
    );
    const make = (library) => library.layer?.(network.layers[0], network.input) ?? library.network?.(network);
    const verify = (who, output) => verifySame(who, output, expected, 1e-5);
    yield { label: `${depth}x${columns}`, flop: 2 * depth * columns, ...(await timeAll(bench, make, [], verify)) };
  }
}
