// Models that are changed after hooks were registered.
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { wrapTfjs } from '../../../adapters/tfjs/index.ts';
import { onEachBackend } from './backends.ts';
import { artifacts, branchingParts, graph } from './graphs.ts';
import { same } from './tensors.ts';

const dense = (name: string, units: number, more = {}) =>
  tf.layers.dense({ name, units, kernelInitializer: 'ones', ...more });
/** The weights are ones, so each unit adds up its inputs. */
const sequential = () => tf.sequential({ layers: [dense('a', 2, { inputShape: [2] })] });
const x = () => tf.ones([1, 2]);

onEachBackend('changes', (test) => {
  test('layers may be added and popped before the first run, hooked or not', () => {
    for (const hooked of [false, true]) {
      let calls = 0;
      const count = () => calls++;
      const empty = tf.sequential();
      if (hooked) wrapTfjs(tf, empty).observe(count);
      empty.add(dense('first', 3, { inputShape: [2] }));
      same(empty.predict(x()), [2, 2, 2]);

      const grown = sequential();
      if (hooked) wrapTfjs(tf, grown).observe(count);
      grown.add(dense('b', 3));
      same(grown.predict(x()), [4, 4, 4]);

      const popped = tf.sequential({ layers: [dense('a', 2, { inputShape: [2] }), dense('b', 3)] });
      if (hooked) wrapTfjs(tf, popped).observe(count);
      popped.pop();
      same(popped.predict(x()), [2, 2]);
      same((popped.call(x(), {}) as tf.Tensor[])[0], [2, 2]);
      assert.is(calls, hooked ? 4 : 0);
    }
  });

  test('compiling rebuilds a Sequential: the hooks of an added layer and of the model fire', () => {
    const model = sequential();
    const net = wrapTfjs(tf, model);
    const fired: string[] = [];
    net.observe(() => fired.push('model'));
    same(model.predict(x()), [2, 2]);
    model.add(dense('b', 3));
    net.getSubmodule('b').observe(() => fired.push('b'));
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    same(model.predict(x()), [4, 4, 4]);
    assert.equal(fired, ['model', 'b', 'model']);
  });

  test('a call that replaces that of the class of a hooked layer is used, while it is hooked and afterwards', () => {
    class Twice extends tf.layers.Layer {
      static readonly className: string = 'Twice';
      override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
        return (Array.isArray(inputs) ? inputs[0]! : inputs).mul(2);
      }
    }
    const layer = new Twice({});
    const hookable = wrapTfjs(tf, layer);
    const seen: number[] = [];
    const handle = hookable.observe(({ output }) => seen.push(output.dataSync()[0]!));
    const { call } = Twice.prototype;
    same(layer.apply(x()), [2, 2]);
    Twice.prototype.call = function (this: Twice, inputs) {
      return call.call(this, inputs).add(1) as tf.Tensor;
    };
    same(layer.apply(x()), [3, 3]);
    handle.remove();
    same(layer.apply(x()), [3, 3]);
    assert.equal(seen, [2, 3]);
  });

  test('a call that is assigned to a hooked layer replaces the hooks; the next registration is around it', () => {
    for (const passesOn of [false, true]) {
      const model = sequential();
      const layer = model.layers[0]!;
      const hookable = wrapTfjs(tf, model).getSubmodule('a');
      const fired: string[] = [];
      const handles = [hookable.observe(() => fired.push('first'))];
      const before = layer.call;
      const mine: typeof layer.call = (inputs, options) =>
        passesOn ? tf.mul(before.call(layer, inputs, options) as tf.Tensor, 10) : tf.fill([1, 2], 7);
      layer.call = mine;
      const expected = passesOn ? [20, 20] : [7, 7];
      same(model.predict(x()), expected);
      assert.equal(fired.splice(0), passesOn ? ['first'] : []);
      handles.push(hookable.observe(() => fired.push('second')));
      same(model.predict(x()), expected);
      assert.equal(fired, ['first', 'second'], 'each once');
      for (const handle of handles) handle.remove();
      assert.is(layer.call, mine, 'the assigned one stays');
      same(model.predict(x()), expected);
    }
  });

  test('a call or execute that is assigned, and passes on, runs once in the call that removes the last hook', async () => {
    const model = sequential();
    const layer = model.layers[0]!;
    const removing = wrapTfjs(tf, layer).registerForwardPreHook(() => removing.remove());
    const { call } = layer;
    layer.call = (inputs, options) => tf.mul(call.call(layer, inputs, options) as tf.Tensor, 10);
    same(model.predict(x()), [20, 20]);

    for (const way of ['execute', 'executeAsync'] as const) {
      const nodes = graph(...branchingParts());
      const handle = wrapTfjs(tf, nodes).registerForwardPreHook(() => handle.remove());
      const before = nodes[way] as (...given: unknown[]) => unknown;
      const timesTen = async (...given: unknown[]) => tf.mul((await before.apply(nodes, given)) as tf.Tensor, 10);
      Object.assign(nodes, { [way]: timesTen });
      same(await nodes[way](tf.tensor1d([-1, 3])), [90, 150]);
    }
  });

  test('outputs that are assigned to a model between two hooks are used', () => {
    const at = tf.input({ shape: [2] });
    const a = dense('a', 2).apply(at) as tf.SymbolicTensor;
    const b = dense('b', 3).apply(a) as tf.SymbolicTensor;
    const model = tf.model({ inputs: at, outputs: b });
    const net = wrapTfjs(tf, model);
    net.observe(() => undefined).remove();
    model.outputs = [a, b];
    let count = 0;
    net.observe(({ output }) => {
      count = (output as unknown as tf.Tensor[]).length;
    });
    const outputs = model.predictOnBatch(x()) as tf.Tensor[];
    assert.is(count, 2);
    same(outputs[0], [2, 2]);
    same(outputs[1], [4, 4, 4]);
  });

  test('a hooked Sequential that becomes the first layer of another one fires from the next registration on', () => {
    const inner = sequential();
    const net = wrapTfjs(tf, inner);
    let calls = 0;
    const handle = net.observe(() => calls++);
    const outer = tf.sequential({ layers: [inner, dense('end', 2)] });
    assert.throws(() => net.registerForwardPreHook(() => undefined), /which took its layers over/);
    net.observe(() => undefined);
    same(outer.predict(x()), [4, 4]);
    assert.is(calls, 1);
    handle.remove();
  });

  test('weights that are set, frozen or trained are used by the next call', async () => {
    const model = sequential();
    const net = wrapTfjs(tf, model);
    const layer = net.getSubmodule('a');
    let gradients = 0;
    layer.registerForwardHook((_layer, _inputs, output) => output.mul(1));
    layer.registerFullBackwardHook(() => void gradients++);
    same(model.predict(x()), [2, 2]);
    model.layers[0]!.setWeights([tf.fill([2, 2], 3), tf.ones([2])]);
    same(model.predict(x()), [7, 7]);
    model.layers[0]!.trainable = false;
    tf.grad((at) => (model.apply(at) as tf.Tensor).sum())(x());
    assert.is(gradients, 1);
    model.layers[0]!.trainable = true;
    model.compile({ optimizer: tf.train.sgd(0.5), loss: 'meanSquaredError' });
    await model.fit(x(), tf.zeros([1, 2]), { verbose: 0 });
    // The loss is the mean of two squares of 7: each unit's gradient is 7, and so is that of each of its weights.
    same(model.predict(x()), [7 - 3 * 3.5, 7 - 3 * 3.5]);
  });

  test('an execute that is assigned to a graph or its class is used, with the hooks around it', async () => {
    const model = graph(...branchingParts());
    const net = wrapTfjs(tf, model);
    const [at, plain] = [tf.tensor1d([-1, 3]), [9, 15]];
    let calls = 0;
    const handles = [net.observe(() => calls++)];
    const prototype = Object.getPrototypeOf(model) as tf.GraphModel;
    const { execute } = prototype;
    prototype.execute = function (this: tf.GraphModel, ...given) {
      return (execute.apply(this, given) as tf.Tensor).neg();
    };
    same(model.predict(at), [-9, -15]);
    prototype.execute = execute;
    same(model.predict(at), plain);
    assert.is(calls, 2);
    const mine: typeof model.execute = () => tf.ones([1]);
    model.execute = mine;
    same(model.predict(at), [1]);
    assert.is(calls, 2);
    handles.push(net.observe(() => undefined));
    same(model.predict(at), [1]);
    assert.is(calls, 3);
    for (const handle of handles) handle.remove();
    assert.is(model.execute, mine);
  });

  test('a graph that is loaded again must be wrapped again', async () => {
    const model = await tf.loadGraphModel(tf.io.fromMemory(artifacts(...branchingParts())));
    const before = wrapTfjs(tf, model);
    await model.load();
    const gone = /has been loaded again, with other nodes\n {2}expected: what wrapTfjs\(\) returns for it now/;
    assert.throws(() => before.getSubmodule('relu').observe(() => undefined), gone);
    assert.throws(() => before.observe(() => undefined), gone);
    const now = wrapTfjs(tf, model);
    assert.is.not(now, before);
    let calls = 0;
    now.getSubmodule('relu').observe(() => calls++);
    same(model.execute(tf.tensor1d([-1, 3])), [9, 15]);
    assert.is(calls, 1);
  });
});
