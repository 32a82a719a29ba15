// How often a hook fires, by entry point and kind of layer: as often as tfjs 4.22 calls the layer.
import * as tf from '@tensorflow/tfjs';
// No build of tfjs 4.22 exports this layer, but its package has it. In Node that is another copy of tfjs-layers.
import { MultiHeadAttention } from '@tensorflow/tfjs-layers/dist/layers/nlp/multihead_attention.js';
import * as assert from 'uvu/assert';
import { type Tfjs, type TfjsCallOptions, type TfjsLayer, wrapTfjs } from '../../../adapters/tfjs/index.ts';
import { select } from '../../../src/index.ts';
import { onEachBackend } from './backends.ts';
import * as models from './models.ts';
import { numbers, one, same } from './tensors.ts';

const { layers } = tf;
/** tfjs without its layers: `wrapTfjs` then accepts layers of any copy. */
const { layers: _layers, ...coreOnly } = tf;

/** Counts the calls of a model and its layers by path, and separately those with `training`. */
function counting(
  model: tf.layers.Layer | tf.LayersModel,
  namespace: Tfjs<tf.Tensor> = tf,
): {
  of(run: () => unknown): Promise<Record<string, number>>;
  training: Record<string, number>;
  remove(): void;
} {
  const net = wrapTfjs(namespace, model);
  const counts: Record<string, number> = {};
  const training: Record<string, number> = {};
  const handle = select(net, () => true).observe(({ path, inputs }) => {
    counts[path] = (counts[path] ?? 0) + 1;
    const options = inputs.at(-1) as TfjsCallOptions;
    if (options.training === true) training[path] = (training[path] ?? 0) + 1;
  });
  return {
    async of(run) {
      for (const record of [counts, training]) for (const key of Object.keys(record)) delete record[key];
      await run();
      return { ...counts };
    },
    training,
    remove: () => handle.remove(),
  };
}

const each = (count: number, ...names: string[]) => Object.fromEntries(['', ...names].map((name) => [name, count]));

onEachBackend('firing', (test, backend) => {
  const cnn = ['conv', 'pool', 'bn', 'flatten', 'dropout', 'dense'];
  // The wasm backend of tfjs has no gradients of convolutions.
  const trains = backend !== 'wasm';

  test('a Sequential and its layers: once in each run, and once for each batch', async () => {
    const model = models.convolutional();
    model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
    const counts = counting(model);
    const x = numbers([4, 8, 8, 1]);
    const y = tf.oneHot(tf.tensor1d([0, 1, 2, 0], 'int32'), 3);
    assert.equal(await counts.of(() => model.predict(x)), each(1, ...cnn));
    assert.equal(await counts.of(() => model.predict(x, { batchSize: 2 })), each(2, ...cnn));
    assert.equal(await counts.of(() => model.predictOnBatch(x)), each(1, ...cnn));
    assert.equal(await counts.of(() => model.apply(x)), each(1, ...cnn));
    assert.equal(await counts.of(() => model.evaluate(x, y)), each(1, ...cnn));
    assert.equal(await counts.of(() => model.call(x, {})), each(1, ...cnn));
    assert.equal(counts.training, {});
    assert.equal(await counts.of(() => model.apply(x, { training: true })), each(1, ...cnn));
    assert.equal(counts.training, each(1, ...cnn));
    if (trains) {
      assert.equal(await counts.of(() => model.trainOnBatch(x, y)), each(1, ...cnn));
      assert.equal(counts.training, each(1, ...cnn));
      const fit = () => model.fit(x, y, { epochs: 2, batchSize: 2, validationSplit: 0.5, verbose: 0 });
      assert.equal(await counts.of(fit), each(4, ...cnn));
      assert.equal(counts.training, each(2, ...cnn), 'two of the four are training, two validation');
    }
    counts.remove();
  });

  test('in fit, only calls for training have the option', async () => {
    const model = models.dense(3, 2, 1);
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const counts = counting(model);
    const [x, y] = [numbers([4, 3]), numbers([4, 1])];
    const fit = () => model.fit(x, y, { epochs: 2, batchSize: 2, validationSplit: 0.5, verbose: 0 });
    assert.equal(await counts.of(fit), each(4, 'dense_0', 'dense_1'));
    assert.equal(counts.training, each(2, 'dense_0', 'dense_1'));
    assert.equal(await counts.of(() => model.trainOnBatch(x, y)), each(1, 'dense_0', 'dense_1'));
    assert.equal(counts.training, each(1, 'dense_0', 'dense_1'));
    counts.remove();
  });

  test('execute of a name: the layers that lead to it, and not the model as a whole', async () => {
    const model = models.convolutional();
    const { name: bn } = model.getLayer('bn').output as tf.SymbolicTensor;
    const counts = counting(model);
    assert.equal(await counts.of(() => model.execute(numbers([1, 8, 8, 1]), bn)), { conv: 1, pool: 1, bn: 1 });
    counts.remove();
  });

  test('a shared layer fires twice; the others, and a model with two inputs and outputs, once', async () => {
    const model = models.shared();
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const counts = counting(model);
    const [a, b, y] = [numbers([2, 4], 1), numbers([2, 4], 2), numbers([2, 2], 3)];
    const expected = { '': 1, tower: 2, joined: 1, left: 1, right: 1 };
    assert.equal(await counts.of(() => model.predict([a, b])), expected);
    assert.equal(await counts.of(() => model.predictOnBatch([a, b])), expected);
    assert.equal(await counts.of(() => model.apply([a, b])), expected);
    assert.equal(await counts.of(() => model.evaluate([a, b], [y, y])), expected);
    assert.equal(await counts.of(() => model.fit([a, b], [y, y], { verbose: 0 })), expected);
    counts.remove();
  });

  test('a nested model that is applied twice fires twice, and so do its layers', async () => {
    const inner = models.dense(4, 4);
    const input = tf.input({ shape: [4] });
    const outer = tf.model({
      inputs: input,
      outputs: inner.apply(inner.apply(input) as tf.SymbolicTensor) as tf.SymbolicTensor,
    });
    const counts = counting(outer);
    assert.equal(await counts.of(() => outer.predict(numbers([2, 4]))), {
      '': 1,
      [inner.name]: 2,
      [`${inner.name}.dense_0`]: 2,
    });
    counts.remove();
  });

  test('TimeDistributed once, its layer once for each step', async () => {
    const layer = layers.timeDistributed({ layer: layers.dense({ units: 2 }), name: 'steps', inputShape: [5, 3] });
    const counts = counting(tf.sequential({ layers: [layer] }));
    const run = () => layer.apply(numbers([1, 5, 3]));
    assert.equal(await counts.of(run), { steps: 1, 'steps.layer': 5 });
    counts.remove();
  });

  test('an RNN once, its cell once for each step', async () => {
    const model = tf.sequential({ layers: [layers.gru({ units: 2, name: 'gru', inputShape: [5, 3] })] });
    const counts = counting(model);
    assert.equal(await counts.of(() => model.predict(numbers([1, 5, 3]))), { '': 1, gru: 1, 'gru.cell': 5 });
    counts.remove();
  });

  test('Bidirectional once, and each direction once', async () => {
    const layer = layers.simpleRNN({ units: 2, returnSequences: true }) as tf.RNN;
    const both = layers.bidirectional({ layer, name: 'both', inputShape: [5, 3], mergeMode: 'concat' });
    const model = tf.sequential({ layers: [both] });
    assert.equal(
      [...wrapTfjs(tf, both).namedChildren()].map(([name]) => name),
      ['forwardLayer', 'backwardLayer'],
    );
    const counts = counting(model);
    assert.equal(await counts.of(() => model.predict(numbers([1, 5, 3]))), {
      '': 1,
      both: 1,
      'both.forwardLayer': 1,
      'both.forwardLayer.cell': 5,
      'both.backwardLayer': 1,
      'both.backwardLayer.cell': 5,
    });
    counts.remove();
  });

  test('stacked cells: the stack and each cell once for each step', async () => {
    const cell = layers.stackedRNNCells({
      cells: [layers.lstmCell({ units: 2 }), layers.gruCell({ units: 3 })],
    });
    const model = tf.sequential({ layers: [layers.rnn({ cell, name: 'rnn', inputShape: [5, 3] })] });
    const counts = counting(model);
    assert.equal(await counts.of(() => model.predict(numbers([1, 5, 3]))), {
      '': 1,
      rnn: 1,
      'rnn.cell': 5,
      'rnn.cell.cells.0': 5,
      'rnn.cell.cells.1': 5,
    });
    counts.remove();
  });

  test('masks: Embedding and Masking once; the mask is among the options of the layers after it', async () => {
    for (const first of [
      layers.embedding({ inputDim: 5, outputDim: 2, maskZero: true, name: 'first', inputLength: 3 }),
      layers.masking({ maskValue: 0, name: 'first', inputShape: [3, 2] }),
    ]) {
      const model = tf.sequential({ layers: [first, layers.gru({ units: 2, name: 'gru' })] });
      const masks: unknown[] = [];
      const handle = wrapTfjs(tf, model)
        .getSubmodule('gru')
        .observe(({ inputs }) => masks.push((inputs.at(-1) as TfjsCallOptions).mask));
      const counts = counting(model);
      const x = first.getClassName() === 'Embedding' ? tf.tensor2d([[1, 2, 0]]) : numbers([1, 3, 2]);
      assert.equal(await counts.of(() => model.predict(x)), { '': 1, first: 1, gru: 1, 'gru.cell': 3 });
      assert.is(masks.length, 1);
      assert.equal((masks[0] as tf.Tensor).shape, [1, 3]);
      counts.remove();
      handle.remove();
    }
  });

  test('a layer of three outputs fires once for each that is used: tfjs runs it again', async () => {
    const input = tf.input({ shape: [5, 3] });
    const outputs = layers
      .lstm({ units: 2, returnState: true, name: 'lstm' })
      .apply(input) as unknown as tf.SymbolicTensor[];
    const all = tf.model({ inputs: input, outputs });
    const first = tf.model({ inputs: input, outputs: outputs[0]! });
    const x = numbers([1, 5, 3]);
    let counts = counting(all);
    assert.equal(await counts.of(() => all.predict(x)), { '': 1, lstm: 3, 'lstm.cell': 15 });
    counts.remove();
    counts = counting(first);
    assert.equal(await counts.of(() => first.predict(x)), { '': 1, lstm: 1, 'lstm.cell': 5 });
    counts.remove();
  });

  test('a Sequential that is the first layer of another one fires, and so do its layers', async () => {
    const inner = models.dense(3, 4, 2);
    inner.layers.forEach((layer, i) => {
      layer.name = `inner_${i}`;
    });
    const outer = tf.sequential({ layers: [inner, layers.dense({ units: 1, name: 'head' })] });
    const counts = counting(outer);
    const expected = { '': 1, [inner.name]: 1, [`${inner.name}.inner_0`]: 1, [`${inner.name}.inner_1`]: 1, head: 1 };
    const x = numbers([2, 3]);
    assert.equal(await counts.of(() => outer.predict(x)), expected);
    assert.equal(await counts.of(() => outer.apply(x)), expected);
    const { '': _root, head: _head, ...within } = expected;
    assert.equal(await counts.of(() => inner.predict(x)), within, 'run alone');
    counts.remove();

    const plain = [...one(outer.predict(x)).dataSync()];
    const net = wrapTfjs(tf, outer);
    const child: TfjsLayer<tf.Tensor> = net.getSubmodule(inner.name);
    let seen: tf.Tensor | undefined;
    const handle = child.registerForwardHook((_layer, inputs, output) => {
      seen = inputs[0];
      assert.equal(output.shape, [2, 2]);
      return output.mul(0);
    });
    const bias = [...one(outer.predict(x)).dataSync()];
    assert.ok(seen !== undefined && seen.shape[1] === 3);
    assert.not.equal(bias, plain);
    handle.remove();
    assert.equal([...one(outer.predict(x)).dataSync()], plain);
    let calls = 0;
    const observing = child.observe(() => calls++);
    child.forward(x);
    assert.is(calls, 0, 'forward leaves out its own hooks');
    child(x);
    assert.is(calls, 1);
    observing.remove();
    assert.throws(
      () => child.registerForwardPreHook(() => undefined),
      /has no pre-hooks: it is the first layer of another/,
    );
    assert.throws(() => child.registerFullBackwardHook(() => undefined), /has no backward hooks/);
  });

  test('a Sequential further back in another is called, once', async () => {
    const inner = models.dense(4, 2);
    const outer = tf.sequential({ layers: [layers.dense({ units: 4, inputShape: [3], name: 'first' }), inner] });
    const counts = counting(outer);
    assert.equal(await counts.of(() => outer.predict(numbers([2, 3]))), {
      '': 1,
      first: 1,
      [inner.name]: 1,
      [`${inner.name}.dense_0`]: 1,
    });
    counts.remove();
  });

  // The wasm backend of tfjs has no Einsum.
  (backend === 'wasm' ? () => {} : test)('MultiHeadAttention: itself once, and each layer inside', async () => {
    const attention = new MultiHeadAttention({ numHeads: 2, keyDim: 2 });
    const x = numbers([1, 3, 4]);
    // Its `apply` cannot take tensors in tfjs 4.22; its own documentation uses `call`.
    const call = () => attention.call(x as never, { value: x } as never);
    const plain = call().dataSync();
    const counts = counting(attention as never, coreOnly);
    const inside = ['queryDense', 'keyDense', 'valueDense', 'softmax', 'dropoutLayer', 'outputDense'];
    assert.equal(await counts.of(() => same(call(), plain)), each(1, ...inside));
    counts.remove();
  });

  test('a custom layer of layers: each layer inside, under the name of its property', async () => {
    class Block extends tf.layers.Layer {
      static readonly className: string = 'Block';
      readonly first = layers.dense({ units: 2 });
      readonly rest = [layers.dense({ units: 2 }), layers.dense({ units: 2 })];
      override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
        const x = Array.isArray(inputs) ? inputs[0]! : inputs;
        return this.rest.reduce((y, layer) => one(layer.apply(y)), one(this.first.apply(x)));
      }
    }
    const block = new Block();
    const counts = counting(block);
    assert.equal(await counts.of(() => block.apply(numbers([1, 2]))), { '': 1, first: 1, 'rest.0': 1, 'rest.1': 1 });
    counts.remove();
  });
});
