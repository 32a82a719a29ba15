import * as tf from '@tensorflow/tfjs';
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx } from '../../adapters/onnx/index.ts';
import { wrapTfjs } from '../../adapters/tfjs/index.ts';
import { attach, Linear, listHooks, Module, ReLU, rand, Sequential, type Tensor } from '../../src/index.ts';
import { type Summaries, summary } from '../../src/inspect/index.ts';
import { multiplyAdds } from '../../src/inspect/multiply-adds.ts';
import { bytesOf, factsOf, feedsOf } from '../adapters/onnx/load.ts';
import { convolutional, shared } from '../adapters/tfjs/models.ts';
import { leaked, numbers } from '../adapters/tfjs/tensors.ts';
import { fixtureJson } from '../fixtures/fixture.ts';
import { TWINS } from '../fixtures/modules.ts';

interface Expected {
  readonly modules: readonly {
    readonly path: string;
    readonly kind: string;
    readonly input: readonly number[];
    readonly output: readonly number[];
    readonly parameters: number;
    readonly multiplyAdds: number;
    readonly calls: number;
  }[];
  readonly parameters: number;
  readonly parameterBytes: number;
  readonly multiplyAdds: number;
}

/** What torchinfo says. */
const expected = fixtureJson<Record<string, Expected>>('inspect/summaries.json');
const rowOf = ({ modules }: Summaries, path: string) => modules.find((row) => row.path === path)!;

class Shared extends Module {
  fc: Linear = new Linear(10, 10);
  act: ReLU = new ReLU();
  encoder: Sequential = new Sequential(new Linear(10, 20), new ReLU(), new Linear(20, 4, { bias: false }));
  unused: Linear = new Linear(3, 3);
  override forward(x: Tensor): Tensor {
    return this.encoder(this.act(this.fc(this.fc(x)))) as Tensor;
  }
}

test('shapes, parameters and multiply-adds of a core model are those of torchinfo', async () => {
  const net = new Shared();
  const { modules, totals } = await summary(net, [rand(8, 10)]);
  const { shared } = expected as { shared: Expected };
  for (const row of shared.modules) {
    const mine = modules.find(({ path }) => path === row.path)!;
    assert.is(mine.kind, row.kind);
    assert.is(mine.parameters, row.parameters, row.path);
    if (row.path === 'unused') continue;
    assert.is(mine.calls, row.calls, row.path);
    assert.equal(mine.inputs, [row.input], row.path);
    assert.equal(mine.outputs, [row.output], row.path);
    if (!mine.isContainer && row.parameters > 0) assert.is(mine.multiplyAdds, row.multiplyAdds, row.path);
  }
  assert.is(totals.parameters, shared.parameters);
  // torchinfo leaves out the bytes of the module that is not called.
  assert.is(totals.parameterBytes, shared.parameterBytes + 4 * (9 + 3));
  assert.is(totals.multiplyAdds, shared.multiplyAdds);
  assert.equal(totals.unknown, []);
  // Its own three modules, without what has no formula.
  assert.is(rowOf({ modules, totals }, 'encoder').multiplyAdds, 8 * (10 * 20 + 20) + 8 * 20 * 4);
  assert.is(rowOf({ modules, totals }, 'act').multiplyAdds, undefined);
  assert.is(rowOf({ modules, totals }, 'unused').inputs, undefined);
  assert.is(rowOf({ modules, totals }, 'fc').outputBytes, 2 * 8 * 10 * 4);
  assert.equal(listHooks(net), []);
});

test('parameters and multiply-adds of the modules that PyTorch has too are those of torchinfo', async () => {
  const twins = Object.keys(TWINS).filter((name) => expected[name] !== undefined);
  assert.ok(twins.length >= 9, twins.join(', '));
  for (const name of twins) {
    const net = TWINS[name]!();
    const { modules, parameters, multiplyAdds } = expected[name]!;
    const { totals, ...found } = await summary(net, [rand(...modules[0]!.input)] as never);
    assert.is(totals.parameters, parameters, name);
    assert.is(totals.multiplyAdds, multiplyAdds, name);
    for (const row of modules) {
      const mine = found.modules.find(({ path }) => path === row.path)!;
      assert.equal(
        [mine.kind, mine.parameters, mine.calls],
        [row.kind, row.parameters, row.calls],
        `${name} ${row.path}`,
      );
      assert.equal([mine.inputs, mine.outputs], [[row.input], [row.output]], `${name} ${row.path}`);
    }
  }
});

test('a parameter that two modules share counts once in the total', async () => {
  const net = new Sequential(new Linear(4, 4), new Linear(4, 4));
  (net[1] as Linear).weight = (net[0] as Linear).weight;
  const { totals, modules } = await summary(net, [rand(1, 4)]);
  assert.is(totals.parameters, 16 + 4 + 4);
  assert.is(modules[2]!.parameters, 20);
});

for (const name of ['mlp', 'cnn']) {
  test(`the layers of ${name} in an ONNX file count as in torchinfo`, async () => {
    const { warn } = console;
    console.warn = () => {};
    const net = await createOnnx(ort, bytesOf(`${name}.legacy`));
    try {
      const result = await summary(net, [feedsOf(factsOf(name))]);
      const layers = expected[name]!.modules.filter(({ kind }) => /^(Linear|Conv2d)$/.test(kind));
      assert.ok(layers.length >= 3);
      for (const layer of layers) {
        const mine = rowOf(result, layer.path);
        const inside = result.modules.filter(({ path }) => path.startsWith(`${layer.path}.`));
        assert.is(
          inside.reduce((sum, { parameters }) => sum + parameters, 0),
          layer.parameters,
          layer.path,
        );
        assert.is(mine.multiplyAdds, layer.multiplyAdds, layer.path);
        assert.equal(mine.outputs, [layer.output], layer.path);
      }
      assert.is(
        result.totals.parameters,
        layers.reduce((sum, { parameters }) => sum + parameters, 0),
      );
    } finally {
      console.warn = warn;
      await net.release();
    }
  });
}

test('layers of tfjs: parameters as tfjs counts them, and nothing is leaked', async () => {
  const model = convolutional();
  const net = wrapTfjs(tf, model);
  const x = numbers([2, 8, 8, 1]);
  let result!: Summaries;
  assert.is(
    await leaked(async () => {
      result = await summary(net, [x]);
    }),
    0,
  );
  assert.is(result.totals.parameters, model.countParams());
  for (const layer of model.layers) assert.is(rowOf(result, layer.name).parameters, layer.countParams(), layer.name);
  // 2 images of 6x6, 2 kernels of 3x3x1 with a bias; then 18 values to 3.
  assert.is(rowOf(result, 'conv').multiplyAdds, 2 * 6 * 6 * 2 * (9 + 1));
  assert.is(rowOf(result, 'dense').multiplyAdds, 2 * 3 * (18 + 1));
  assert.is(rowOf(result, 'flatten').multiplyAdds, undefined);
  assert.equal(result.totals.unknown, ['bn']);
  assert.equal(rowOf(result, 'conv').outputs, [[2, 6, 6, 2]]);
  const both = shared();
  const two = await summary(wrapTfjs(tf, both), () => both.predict([numbers([2, 4]), numbers([2, 4])]));
  assert.is(rowOf(two, 'tower').calls, 2);
  assert.is(rowOf(two, 'tower').multiplyAdds, 2 * 2 * 3 * (4 + 1));
});

test('formulas for what the models above have not', () => {
  const parameter = (name: string, ...shape: number[]) => ({ name, shape, bytes: 0, identity: {} });
  // Groups of 2 channels; PyTorch's Conv2d(4, 8, 3, groups=2) on 10x10: 19456 by torchinfo.
  assert.is(
    multiplyAdds({
      kind: 'Conv',
      parameters: [parameter('w', 8, 2, 3, 3), parameter('b', 8)],
      inputs: [[2, 4, 10, 10]],
      outputs: [[2, 8, 8, 8]],
    }),
    19456,
  );
  // Each input value meets each value of its channel's kernels.
  assert.is(
    multiplyAdds({
      kind: 'ConvTranspose',
      parameters: [parameter('w', 4, 3, 2, 2)],
      inputs: [[1, 4, 5, 5]],
      outputs: [[1, 3, 10, 10]],
    }),
    100 * 12,
  );
  assert.is(
    multiplyAdds({
      kind: 'Conv2DTranspose',
      parameters: [parameter('kernel', 2, 2, 3, 4)],
      inputs: [[1, 5, 5, 4]],
      outputs: [[1, 10, 10, 3]],
    }),
    100 * 12,
  );
  assert.is(
    multiplyAdds({
      kind: 'DepthwiseConv2D',
      parameters: [parameter('depthwise_kernel', 3, 3, 4, 2)],
      inputs: [[1, 5, 5, 4]],
      outputs: [[1, 3, 3, 8]],
    }),
    72 * 9,
  );
  assert.is(
    multiplyAdds({
      kind: 'MatMul',
      parameters: [],
      inputs: [
        [2, 4, 5, 6],
        [2, 4, 6, 7],
      ],
      outputs: [[2, 4, 5, 7]],
    }),
    2 * 4 * 5 * 7 * 6,
  );
  assert.is(
    multiplyAdds({
      kind: 'Gemm',
      parameters: [],
      inputs: [
        [6, 5],
        [6, 7],
      ],
      outputs: [[5, 7]],
    }),
    5 * 6 * 7,
  );
  // Batch 2, 3 heads, 5 queries of 8, 7 keys, values of 4: scores, then sums.
  assert.is(
    multiplyAdds({
      kind: 'Attention',
      parameters: [],
      inputs: [
        [2, 3, 5, 8],
        [2, 3, 7, 8],
        [2, 3, 7, 4],
      ],
      outputs: [[2, 3, 5, 4]],
    }),
    2 * 3 * 5 * 7 * (8 + 4),
  );
  assert.is(
    multiplyAdds({ kind: 'LayerNorm', parameters: [parameter('weight', 4)], inputs: [[1, 4]], outputs: [[1, 4]] }),
    undefined,
  );
});

test('the table fits the terminal: columns go, then paths are cut', async () => {
  const text = await summary(new Shared(), [rand(8, 10)]);
  const wide = text.toString(200).split('\n');
  assert.match(wide[0]!, /^module +type +input +output +parameters +share +multiply-adds +output MB$/);
  assert.match(wide[3]!, /^ {2}fc x2 +Linear +\[8, 10\] +\[8, 10\] +110 +\d+\.\d % +1,760 +0\.00064$/);
  assert.ok(wide.some((line) => /^ {2}act +ReLU .* - +- +- /.test(line)));
  for (const width of [120, 80, 60, 40, 10]) {
    for (const line of text.toString(width).split('\n').slice(0, 10))
      assert.ok(line.length <= width, `${width}: ${line}`);
  }
  assert.match(text.toString(80), /multiply-adds/);
});

test('a model that throws, and wrong arguments', async () => {
  const model = {
    run(x: Tensor) {
      net.inner(x);
      throw new RangeError('no further');
    },
  };
  const net = Object.assign(attach(model, 'run'), { inner: new ReLU() });
  const error = await summary(net, [rand(1)]).catch((thrown) => thrown);
  assert.is((error as Error).message, 'no further');
  assert.equal(listHooks(net), []);
  const wrong = await summary(net, [rand(1)], { widht: 3 } as never).catch((thrown) => thrown);
  assert.match((wrong as Error).message, /^summary\(\): unknown option "widht"/);
});

test.run();
