// Layers without listeners are fused. That must be unobservable except for the time: the same bits and the same errors,
// whatever is hooked, replaced, assigned or disposed in between.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Identity,
  Linear,
  Module,
  manualSeed,
  ReLU,
  randn,
  registerModuleForwardHook,
  Sequential,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { kernels, useKernels } from '../../src/kernels/select.ts';

type Layer = (input: Tensor) => Tensor;

/** Calls each module by itself, unfused. */
const oneByOne = (net: Sequential, x: Tensor): Tensor =>
  [...net].reduce((value: Tensor, module) => (module as unknown as Layer)(value), x);

const bits = (t: Tensor) => [...new Uint32Array(Float32Array.from(t.data).buffer)];

function same(net: Sequential, x: Tensor, what = ''): void {
  const [came, expected] = [net(x), oneByOne(net, x)];
  assert.equal(came.shape, expected.shape, what);
  assert.equal(bits(came), bits(expected), what);
}

const network = () =>
  new Sequential(new Linear(10, 30), new ReLU(), new Linear(30, 33), new Identity(), new ReLU(), new Linear(33, 2));

test('fused layers give the bits of single calls, at any batch and rank', () => {
  manualSeed(1);
  const net = network();
  for (const rows of [0, 1, 2, 3, 4, 5, 7, 64, 71]) same(net, randn(rows, 10), `${rows} rows`);
  same(net, randn(10), 'rank 1');
  same(net, randn(2, 3, 10), 'rank 3');
  same(net, randn(0, 3, 10), 'rank 3, empty');
  same(net, randn(30_001, 10), 'a batch that passes in blocks');
});

test('fused layers treat NaN, infinities and negative zeros as single calls do', () => {
  const net = new Sequential(new Linear(3, 9), new ReLU(), new Linear(9, 4), new ReLU());
  same(net, tensor([[NaN, 1, 2]]));
  same(net, tensor([[Infinity, -Infinity, 2]]));
  same(net, tensor([[-0, 1e-45, -1e-45]]));
});

test('a hook on any layer gets the exact output of that layer, and the network gives the same bits', () => {
  manualSeed(2);
  const net = network();
  const x = randn(5, 10);
  const unhooked = bits(net(x));
  const outputs = [...net].map((_, i) => oneByOne(new Sequential(...[...net].slice(0, i + 1)), x));
  [...net].forEach((module, i) => {
    const seen: Tensor[] = [];
    const handle = module.registerForwardHook((_, [input], output) => {
      seen.push(input as Tensor, output as Tensor);
    });
    assert.equal(bits(net(x)), unhooked, `layer ${i}`);
    assert.equal(seen.map(bits), [bits(i === 0 ? x : outputs[i - 1]!), bits(outputs[i]!)], `layer ${i}`);
    handle.remove();
    net(x);
    assert.is(seen.length, 2, 'and nothing once it is removed');
  });
  const names: string[] = [];
  const everywhere = registerModuleForwardHook((module) => void names.push(String(module).split('(')[0]!));
  assert.equal(bits(net(x)), unhooked);
  everywhere.remove();
  assert.equal(names, ['Linear', 'ReLU', 'Linear', 'Identity', 'ReLU', 'Linear', 'Sequential']);
});

test('a hook may replace an output in the middle', () => {
  const net = network();
  const x = randn(4, 10);
  const before = bits(net(x));
  const other = randn(4, 30);
  const handle = net[0]!.registerForwardHook(() => other);
  assert.equal(bits(net(x)), bits(oneByOne(new Sequential(...[...net].slice(1)), other)));
  handle.remove();
  assert.equal(bits(net(x)), before);
});

test('a Sequential sees every change between two calls', () => {
  manualSeed(3);
  const net = network();
  const x = randn(3, 10);
  const linear = (i: number) => net[i] as Linear;
  const relu = net[1] as ReLU & { forward?: ReLU['forward'] };
  const changes: Record<string, () => void> = {
    'values are assigned': () => linear(0).weight.assign(randn(30, 10)),
    'a bias is assigned': () => linear(2).bias!.assign(randn(33)),
    'a parameter is replaced': () => {
      linear(0).weight = new Linear(10, 30).weight;
    },
    'a bias is taken away': () => {
      linear(5).bias = null;
    },
    'a module is replaced': () => {
      net[2] = new Linear(30, 33);
    },
    'a module is inserted': () => {
      net.insert(0, new ReLU());
    },
    'a module is taken out': () => {
      net.pop(0);
    },
    'a module has another forward': () => {
      relu.forward = (t) => tensor([...t.data].map((v) => v + 1)).reshape(3, 30);
    },
  };
  for (const [what, change] of Object.entries(changes)) {
    const before = bits(net(x));
    change();
    same(net, x, what);
    assert.not.equal(bits(net(x)), before, `${what}: that should change something`);
  }
  const before = bits(net(x));
  net.dispose();
  same(net, x, 'memory was given back');
  assert.equal(bits(net(x)), before);
});

test('a nested Sequential is fused, and its hooks fire', () => {
  const inner = new Sequential(new Linear(8, 8), new ReLU());
  const net = new Sequential(new Linear(4, 8), inner, new Sequential(), new Linear(8, 3));
  const x = randn(2, 4);
  same(net, x);
  let fired = 0;
  const handle = inner.registerForwardHook(() => void fired++);
  same(net, x);
  assert.is(fired, 2);
  handle.remove();
  inner.append(new Linear(8, 8));
  same(net, x, 'the inner one grew');
});

test('a ReLU counts once before a Sequential that is called, and inside one', () => {
  manualSeed(9);
  const x = randn(5, 4);
  const hooked = () => {
    const layer = new Linear(4, 4);
    layer.registerForwardHook(() => {});
    return layer;
  };
  for (const net of [
    new Sequential(new Linear(4, 4), new ReLU(), new Sequential(hooked())),
    new Sequential(new Linear(4, 4), new Sequential(new ReLU(), hooked())),
    new Sequential(new Linear(4, 4), new Sequential(new ReLU(), new Linear(4, 4), hooked()), new ReLU()),
    new Sequential(new Linear(4, 4), new ReLU(), new Sequential(new Sequential(new Identity(), hooked()), hooked())),
  ]) {
    same(net, x);
    same(net, x);
  }
});

/** Records the number of layers of each fused segment, and counts their runs. */
function counted(run: (segments: number[], runs: () => number) => void): void {
  const before = kernels();
  const segments: number[] = [];
  let runs = 0;
  useKernels({
    ...before,
    fuse(layers) {
      segments.push(layers.length);
      const fused = before.fuse(layers);
      return {
        fits: (rows) => fused.fits(rows),
        runInside: (input, rows) => fused.runInside(input, rows),
        run(input, rows) {
          runs++;
          return fused.run(input, rows);
        },
      };
    },
  });
  try {
    run(segments, () => runs);
  } finally {
    useKernels(before);
  }
}

test('layers without listeners are fused, once', () => {
  const nested = () =>
    new Sequential(new Linear(4, 5), new Sequential(new ReLU(), new Linear(5, 6), new Sequential()), new Linear(6, 4));
  const listened = (net: Sequential, at: (net: Sequential) => Module) => {
    at(net).registerForwardHook(() => {});
    return net;
  };
  const cases: [string, Sequential, number[], number][] = [
    [
      'plain',
      new Sequential(new Linear(4, 5), new ReLU(), new Linear(5, 6, { bias: false }), new Identity(), new Linear(6, 4)),
      [3],
      1,
    ],
    ['nested', nested(), [3], 1],
    ['nested first', new Sequential(nested(), new ReLU(), nested()), [6], 1],
    ['a hook in the middle', listened(nested(), (net) => net[2] as Module), [2, 1], 2],
    ['a hook on the one inside', listened(nested(), (net) => net[1] as Module), [1, 1, 1], 3],
    ['a hook within the one inside', listened(nested(), (net) => (net[1] as Sequential)[1] as Module), [1, 1, 1], 3],
  ];
  for (const [name, net, expected, perPass] of cases) {
    counted((segments, runs) => {
      for (let pass = 0; pass < 3; pass++) net(randn(2, 4));
      assert.equal(segments, expected, name);
      assert.is(runs(), 3 * perPass, name);
      for (const parameter of net.parameters()) parameter.assign(parameter);
      net(randn(2, 4));
      assert.equal(segments, [...expected, ...expected], `${name}: other values`);
    });
  }
});

test('a Sequential that got more or fewer modules is planned once, and not at each call', () => {
  const net = network();
  counted((segments) => {
    net(randn(2, 10));
    net.append(new Linear(2, 2));
    for (let pass = 0; pass < 3; pass++) net(randn(2, 10));
    net.pop();
    net.pop();
    for (let pass = 0; pass < 3; pass++) net(randn(2, 10));
    assert.equal(segments, [3, 4, 2]);
  });
});

test('modules of other classes are called, also between layers', () => {
  class Shift extends Module {
    override forward(x: Tensor): Tensor {
      return tensor([...x.data].map((v) => v - 0.5)).reshape(...x.shape);
    }
  }
  class Doubled extends Linear {
    override forward(x: Tensor): Tensor {
      return super.forward(super.forward(x));
    }
  }
  same(
    new Sequential(new ReLU(), new Linear(4, 4), new Shift(), new ReLU(), new Doubled(4, 4), new Linear(4, 2)),
    randn(3, 4),
  );
});

test('an asynchronous subclass stays asynchronous in a Sequential', async () => {
  class Slow extends Linear {
    static override readonly async = true;
  }
  const net = new Sequential(new Slow(2, 2));
  assert.instance(net(randn(1, 2)), Promise);
});

test('the layer that an input does not fit throws the error', () => {
  const net = new Sequential(new Linear(3, 4), new ReLU(), new Linear(5, 2));
  const message = (x: unknown) => {
    try {
      net(x as Tensor);
    } catch (error) {
      return (error as Error).message;
    }
    return 'no error';
  };
  assert.match(message(randn(2, 7)), /\(2x7 and 3x4\)\n {2}in 0, Linear\(in_features=3/);
  assert.match(message(randn(2, 3)), /\(2x4 and 5x2\)\n {2}in 2, Linear\(in_features=5/);
  assert.match(message('text'), /must be Tensor, not string\n {2}in 0, Linear/);
  assert.match(message(tensor(1)), /at least 1D/);
});

test.run();
