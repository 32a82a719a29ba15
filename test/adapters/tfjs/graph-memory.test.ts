// Whatever hooks of a graph throw, in whichever way it is run: no tensor stays, and none of the user's is disposed of.
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { loadTfjsGraph, type TfjsGraph, wrapTfjs } from '../../../adapters/tfjs/index.ts';
import { removeAllHooks } from '../../../src/index.ts';
import { onEachBackend } from './backends.ts';
import { artifacts, branchingParts, constant, graph, input, op } from './graphs.ts';
import { leaked, same } from './tensors.ts';

type Register = (net: TfjsGraph<tf.Tensor>) => unknown;

const fail = (): never => {
  throw new Error('thrown by a hook');
};

/** What a user may register, each of which fails a run; none of it disposes of anything. */
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

  /** Runs and gives what was thrown; what came out otherwise is disposed of. */
  async function thrown(run: () => unknown): Promise<Error | undefined> {
    try {
      tf.dispose((await run()) as tf.Tensor);
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }

  for (const [what, register] of Object.entries(failing)) {
    test(`${what}: nothing stays, and the next run is as ever`, async () => {
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

  test('two runs at once, of which one fails: the other one has its outputs', async () => {
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

  test('what was fed in the place of a node, weights, and one tensor under two names are the user’s', async () => {
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

  test('nodes that take their time: what they give after the failure does not stay either', async () => {
    // Where of tfjs waits for its condition to be read. Nodes that are ready run from the last to the first.
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
      const settled = async (count: number) => {
        // A device may take a while.
        for (let i = 0; i < 500 && tf.memory().numTensors !== count; i++) await new Promise((go) => setTimeout(go, 2));
        return tf.memory().numTensors;
      };
      const before = tf.memory().numTensors;
      for (const name of ['before', 'relu', 'behind', 'slow']) {
        const handle = net.getSubmodule(name).registerForwardHook(fail);
        assert.match((await thrown(() => model.executeAsync(x)))!.message, /thrown by a hook/);
        assert.is(await settled(before), before, name);
        handle.remove();
      }
      tf.dispose(await model.executeAsync(x));
      assert.is(tf.memory().numTensors, before);
    }
  });

  test('lists of tensors that a graph keeps are closed', async () => {
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
    // tfjs keeps them, and runs such nodes in executeAsync alone.
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
