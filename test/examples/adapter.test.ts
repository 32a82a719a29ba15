// The adapter of examples/adapter under both suites of layertap/testing.
import { test } from 'uvu';
import { Chain, Dense, Relu, Tensor } from '../../examples/adapter/tiny-net.ts';
import { built } from '../built.ts';

// The example imports the built package, as its users do.
built('testing.js');
const { hookContract, modelContract } = await import('layertap/testing');
const { wrapTiny } = await import('../../examples/adapter/wrap.ts');

const contract = hookContract<Tensor>({
  name: 'tiny-net',
  mode: 'sync',
  extraInputs: false,
  tensor: (values) => new Tensor(values),
  values: ({ data }) => data,
  create(onForward) {
    const layer = {
      call(x: Tensor): Tensor {
        onForward([x]);
        return new Tensor(x.data.map((value) => 2 * value));
      },
    };
    return { hookable: wrapTiny(layer), call: (x) => layer.call(x as Tensor), receiver: layer };
  },
});

const model = modelContract({
  name: 'tiny-net',
  copy: (tensor) => new Tensor((tensor as Tensor).data),
  create() {
    const layers = { fc: new Dense([1, -1], [2, 1]), act: new Relu(), head: new Dense([0.5, 0.25]) };
    const chain = new Chain(layers);
    return {
      root: wrapTiny(chain),
      run: () => chain.call(new Tensor([1, 3])),
      values: (output) => (output as Tensor).data,
      objects: [chain, layers, ...Object.values(layers)],
    };
  },
});

for (const { name, run } of [...contract, ...model]) test(name, run);

test.run();
