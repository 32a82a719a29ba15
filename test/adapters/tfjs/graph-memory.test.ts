// Hooks of a graph that throw, in every way to run it: no tensor is left, and none of the user's is disposed of.
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { loadTfjsGraph, type TfjsGraph, wrapTfjs } from '../../../adapters/tfjs/index.ts';
import { removeAllHooks } from '../../../src/index.ts';
import { onEachBackend } from './backends.ts';
import { artifacts, branchingParts, constant, graph, input, op } from './graphs.ts';
import { leaked, same, until } from './tensors.ts';

type Register = (net: TfjsGraph<tf.Tensor>) => unknown;

const fail = (): never => {
  throw new Error('thrown by a hook');
};

/** Maps the tensors in the inputs or outputs of a model. */
function mapped(value: unknown, make: (tensor: tf.Tensor) => tf.Tensor): unknown {
  if (value instanceof tf.Tensor) return make(value);
  if (Array.isArray(value)) return value.map(make);
  return Object.fromEntries(Object.entries(value as Record<string, tf.Tensor>).map(([key, one]) => [key, make(one)]));
}
const replaced = (output: unknown) => mapped(output, (tensor) => tensor.neg()) as never;

/** Registrations that fail a run, and dispose of nothing. */
const failing: Record<string, Register> = {
  'a node that throws': (net) => net.getSubmodule('relu').registerForwardHook(fail),
  'the last node throws': (net) => net.getSubmodule('end').registerForwardHook(fail),
  'a node of several outputs throws': (net) => net.getSubmodule('split').registerForwardHook(fail),
  'a node makes tensors and throws': (net) =>
    net.getSubmodule('twice').registerForwardHook((_node, _inputs, output) => {
      output.add(1).square();
      fail();
    }),
  'a node replaces, and its next hook throws': (net) => {
    const node = net.getSubmodule('square');
    node.registerForwardHook((_node, _inputs, output) => output.add(1));
    node.registerForwardHook(fail);
  },
  'a node throws, and an alwaysCall hook makes tensors and replaces': (net) => {
    const node = net.getSubmodule('square');
    node.registerForwardHook(fail);
    node.registerForwardHook((_node, _inputs, output) => output.add(1).neg(), { alwaysCall: true });
  },
  'a node gives what cannot be an output': (net) =>
    net.getSubmodule('relu').registerForwardHook((_node, _inputs, output) => output.concat(output)),
  'several nodes throw': (net) => {
    net.getSubmodule('square').registerForwardHook(fail);
    net.getSubmodule('twice').registerForwardHook(fail);
  },
  'a hook of the model throws': (net) => net.registerForwardHook(fail),
  'a hook of the model makes tensors and throws': (net) =>
    net.registerForwardHook((_net, _inputs, output) => {
      mapped(output, (tensor) => tensor.square().add(1));
      fail();
    }),
  'a hook of the model replaces twice, and the next one throws': (net) => {
    net.registerForwardHook((_net, _inputs, output) => replaced(output));
    net.registerForwardHook((_net, _inputs, output) => replaced(output));
    net.registerForwardHook(fail);
    net.registerForwardHook((_net, _inputs, output) => replaced(output), { alwaysCall: true });
  },
  'a pre-hook of the model replaces, and the next one throws': (net) => {
    net.registerForwardPreHook((_net, [x]) => mapped(x, (tensor) => tensor.add(1)) as never);
    net.registerForwardPreHook(fail);
  },
  'a pre-hook of the model replaces, and a hook throws': (net) => {
    net.registerForwardPreHook((_net, [x]) => mapped(x, (tensor) => tensor.add(1)) as never);
    net.registerForwardHook(fail);
  },
  'a hook of the model disposes of the output': (net) =>
    net.registerForwardHook((_net, _inputs, output) => void tf.dispose(output)),
  'a hook of the model and a node replace, another node throws': (net) => {
    net.registerForwardHook((_net, _inputs, output) => replaced(output));
    net.getSubmodule('relu').registerForwardHook((_node, _inputs, output) => output.add(1));
    net.getSubmodule('end').registerForwardHook(fail);
  },
  'a node is observed, and another one throws': (net) => {
    net.getSubmodule('relu').observe(({ output }) => void output.square());
    net.getSubmodule('end').registerForwardHook(fail);
  },
};

onEachBackend('memory of graphs', (test) => {
  const ways: Record<string, (model: tf.GraphModel, x: tf.Tensor) => unknown> = {
    execute: (model, x) => model.execute(x),
    'execute of several outputs': (model, x) => model.execute({ x }, ['end', 'relu', 'split:1']),
    executeAsync: (model, x) => model.executeAsync(x),
    'executeAsync of several outputs': (model, x) => model.executeAsync({ x }, ['end', 'relu', 'split:1']),
    predict: (model, x) => model.predict(x),
    predictAsync: (model, x) => model.predictAsync([x]),
    'net(x)': (model, x) => wrapTfjs(tf, model)(x),
  };
  const prepared = () => loadTfjsGraph(tf, tf.io.fromMemory(artifacts(...branchingParts())));

  /** The error of a run; disposes of its outputs if there is none. */
  async function thrown(run: () => unknown): Promise<Error | undefined> {
    try {
      tf.dispose((await run()) as tf.Tensor);
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }

  for (const [what, register] of Object.entries(failing)) {
    test(`${what}: no tensor is left, and the next run is as before`, async () => {
      for (const model of [graph(...branchingParts()), await prepared()]) {
        const net = wrapTfjs(tf, model);
        const x = tf.tensor1d([-1, 3]);
        const plain = [...(model.predict(x) as tf.Tensor).dataSync()];
        register(net);
        for (const [way, run] of Object.entries(ways)) {
          const left = await leaked(async () => {
            for (let i = 0; i < 3; i++) assert.match((await thrown(() => run(model, x)))!.message, /hook/, way);
          });
          assert.is(left, 0, way);
        }
        removeAllHooks(net);
        assert.not(x.isDisposed);
        same(model.predict(x), plain);
        same(await model.executeAsync(x), plain);
      }
    });
  }

  test('asynchronous hooks of executeAsync: their tensors live as long as the call, and the caller owns what they return', async () => {
    const model = graph(...branchingParts());
    const net = wrapTfjs(tf, model);
    const x = tf.tensor1d([-1, 3]);
    for (const fails of [false, true]) {
      const handles = [
        net.registerForwardHook(async (_net, _inputs, output) => {
          const doubled = tf.mul(output, 2);
          await doubled.data();
          return doubled.add(1) as never;
        }),
        net.registerForwardHook(async (_net, _inputs, output) => {
          const negative = tf.neg(output);
          await negative.data();
          if (fails) fail();
          return negative as never;
        }),
      ];
      const left = await leaked(async () => {
        const run = model.executeAsync(x) as Promise<tf.Tensor>;
        if (fails) assert.ok(await thrown(() => run));
        else {
          const output = await run;
          same(output, [-19, -31]);
          output.dispose();
        }
      });
      assert.is(left, 0);
      for (const handle of handles) handle.remove();
    }
  });

  test('hooks and observers of executeAsync that do not throw leave no tensor', async () => {
    const model = graph(...branchingParts());
    const net = wrapTfjs(tf, model);
    const x = tf.tensor1d([-1, 3]);
    const kept = tf.ones([2]);
    const harmless: Record<string, () => unknown> = {
      'makes and drops': () => net.registerForwardHook((_net, _inputs, output) => void tf.square(output).add(1)),
      'replaces twice': () => {
        net.registerForwardHook((_net, _inputs, output) => replaced(output));
        net.registerForwardHook((_net, _inputs, output) => replaced(output));
      },
      'gives a constant': () => net.registerForwardHook(() => kept),
      'observes and drops': () => net.observe(({ output }) => void tf.square(output)),
      'observes, and keeps': () => net.observe(({ output }) => net.keep(output).dispose()),
      'replaces inputs': () => net.registerForwardPreHook((_net, [input]) => tf.add(input as tf.Tensor, 1)),
      'gives constant inputs': () => net.registerForwardPreHook(() => kept),
    };
    for (const [what, register] of Object.entries(harmless)) {
      register();
      for (const way of ['execute', 'executeAsync'] as const) {
        const left = await leaked(async () => tf.dispose((await model[way](x)) as tf.Tensor));
        assert.is(left, 0, `${what}, ${way}`);
      }
      removeAllHooks(net);
    }
    assert.not(kept.isDisposed || x.isDisposed);
    same(model.execute(x), [9, 15]);
  });

  test('inputs and weights that a model passes on outlive a replacement', async () => {
    const model = graph(
      [input(-1), constant('weight', [2]), op('out', 'Neg', 'x')],
      ['out'],
      [{ name: 'weight', shape: [1], values: [7] }],
    );
    const net = wrapTfjs(tf, model);
    const x = tf.tensor1d([1]);
    const handle = net.registerForwardHook((_net, _inputs, output) => mapped(output, (one) => one.add(one)) as never);
    const left = await leaked(async () => {
      for (const way of ['execute', 'executeAsync'] as const) {
        const outputs = (await model[way](x, ['x', 'weight', 'out'])) as tf.Tensor[];
        assert.equal(
          outputs.map((output) => output.dataSync()[0]),
          [2, 14, -2],
        );
        tf.dispose(outputs);
      }
    });
    assert.is(left, 0);
    assert.not(x.isDisposed);
    handle.remove();
    same(model.execute(x, ['weight']), [7]);
  });

  test('of two concurrent runs one fails: the other one has its outputs', async () => {
    const model = graph(...branchingParts());
    const net = wrapTfjs(tf, model);
    const [good, bad] = [tf.tensor1d([-1, 3]), tf.tensor1d([-1, -1])];
    net.getSubmodule('square').registerForwardHook((_node, [x]) => {
      if (x!.max().dataSync()[0] === 0) fail();
    });
    const left = await leaked(async () => {
      const [first, second] = await Promise.allSettled([model.executeAsync(bad), model.executeAsync(good)]);
      assert.is(first.status, 'rejected');
      const { value } = second as PromiseFulfilledResult<tf.Tensor>;
      same(value, [9, 15]);
      value.dispose();
    });
    assert.is(left, 0);
    assert.not(good.isDisposed || bad.isDisposed);
  });

  test('a tensor that is fed in place of a node, or under two names, is not disposed of', async () => {
    const model = graph(...branchingParts());
    const net = wrapTfjs(tf, model);
    const [x, relu] = [tf.tensor1d([-1, 3]), tf.tensor1d([0, 3])];
    const handle = net.getSubmodule('twice').registerForwardHook(fail);
    for (const inputs of [
      { x, relu },
      { x: relu, relu },
    ]) {
      const left = await leaked(async () => {
        assert.ok(await thrown(() => model.executeAsync(inputs)));
        assert.ok(await thrown(() => model.execute(inputs)));
      });
      assert.is(left, 0);
    }
    handle.remove();
    assert.not(x.isDisposed || relu.isDisposed);
    same(await model.executeAsync(x), [9, 15]);
  });

  test('outputs that asynchronous nodes compute after the failure are disposed of', async () => {
    // Where is asynchronous in tfjs: it reads its condition. Nodes that are ready run from the last to the first.
    const nodes = [
      op('before', 'Neg', 'x'),
      { ...op('slow', 'Where', 'x'), attr: { T: { type: 'DT_BOOL' } } },
      op('relu', 'Relu', 'x'),
      { ...op('behind', 'Cast', 'slow'), attr: { SrcT: { type: 'DT_INT32' }, DstT: { type: 'DT_FLOAT' } } },
    ];
    for (const order of [nodes, [...nodes].reverse()]) {
      const outputs = ['before', 'behind', 'relu'];
      const model = graph([input(-1), ...order], outputs);
      const net = wrapTfjs(tf, model);
      const x = tf.tensor1d([0, 1, 2]);
      const before = tf.memory().numTensors;
      for (const name of ['before', 'relu', 'behind', 'slow']) {
        const handle = net.getSubmodule(name).registerForwardHook(fail);
        assert.match((await thrown(() => model.executeAsync(x)))!.message, /thrown by a hook/);
        await until(() => tf.memory().numTensors === before);
        handle.remove();
      }
      tf.dispose(await model.executeAsync(x));
      assert.is(tf.memory().numTensors, before);
    }
  });

  test('tensor lists of a failed run are disposed of', async () => {
    const list = (name: string, kind: string, ...from: string[]) => ({
      ...op(name, kind, ...from),
      attr: { element_dtype: { type: 'DT_FLOAT' } },
    });
    const nodes = [
      input(-1),
      constant('scalars', []),
      list('list', 'TensorListFromTensor', 'x', 'scalars'),
      list('stacked', 'TensorListStack', 'list', 'scalars'),
      op('end', 'Neg', 'stacked'),
    ];
    const model = graph(nodes, ['end'], [{ name: 'scalars', shape: [0], values: [] }]);
    const x = tf.tensor1d([1, 2]);
    // tfjs keeps the list after a run, hooked or not. It runs such nodes in executeAsync alone.
    const run = async () => {
      const output = (await model.executeAsync(x)) as tf.Tensor;
      same(output, [-1, -2]);
      output.dispose();
    };
    const before = await leaked(run);
    const handle = wrapTfjs(tf, model).getSubmodule('end').registerForwardHook(fail);
    const left = await leaked(async () => assert.ok(await thrown(() => model.executeAsync(x))));
    handle.remove();
    assert.is(left, before);
  });
});
