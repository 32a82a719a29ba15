// Forward hooks in training: their return values are differentiated through.
import * as tf from '@tensorflow/tfjs';
import { map } from 'rxjs';
import * as assert from 'uvu/assert';
import { type TfjsLayer, wrapTfjs } from '../../../adapters/tfjs/index.ts';
import { select } from '../../../src/index.ts';
import { onEachBackend } from './backends.ts';
import * as models from './models.ts';
import { close, numbers, one, same } from './tensors.ts';

/** A layer that multiplies its input by three. */
class Times3 extends tf.layers.Layer {
  static readonly className: string = 'Times3';
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => (Array.isArray(inputs) ? inputs[0]! : inputs).mul(3));
  }
  override computeOutputShape(shape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return shape;
  }
}

const weightsOf = (model: tf.LayersModel) => model.getWeights().map((weight) => [...weight.dataSync()]);

async function fitted(model: tf.LayersModel): Promise<number[][]> {
  model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
  await model.fit(numbers([8, 3]), numbers([8, 2], 9), { epochs: 3, batchSize: 4, shuffle: false, verbose: 0 });
  return weightsOf(model);
}

async function warnings(run: () => unknown): Promise<string[]> {
  const { warn } = console;
  const said: string[] = [];
  console.warn = (...values: unknown[]) => said.push(values.join(' '));
  try {
    await run();
  } finally {
    console.warn = warn;
  }
  return said;
}

onEachBackend('gradients', (test) => {
  test('fit with a hook that multiplies gives the weights of a network with a layer that does, bit for bit', async () => {
    const explicit = tf.sequential({
      layers: [tf.layers.dense({ units: 4, inputShape: [3] }), new Times3({}), tf.layers.dense({ units: 2 })],
    });
    const hooked = models.dense(3, 4, 2);
    explicit.setWeights(hooked.getWeights());
    wrapTfjs(tf, hooked)
      .getSubmodule('dense_0')
      .registerForwardHook((_layer, _inputs, output) => output.mul(3));
    assert.equal(await fitted(hooked), await fitted(explicit));
  });

  test('observers and identity transforms on the model and every layer do not change the result of fit', async () => {
    const plain = await fitted(models.dense(3, 4, 2));
    const model = models.dense(3, 4, 2);
    const net = wrapTfjs(tf, model);
    const all = select(net, () => true);
    all.observe(() => {});
    all.transform(map((output) => output));
    assert.equal(await fitted(model), plain);
  });

  test('fit differentiates through a hook of the model itself', async () => {
    const explicit = tf.sequential({
      layers: [tf.layers.dense({ units: 4, inputShape: [3] }), tf.layers.dense({ units: 2 }), new Times3({})],
    });
    const hooked = models.dense(3, 4, 2);
    explicit.setWeights(hooked.getWeights());
    wrapTfjs(tf, hooked).registerForwardHook((_model, _inputs, output) => output.mul(3));
    assert.equal(await fitted(hooked), await fitted(explicit));
  });

  test('a hook that is removed between epochs no longer fires in the next batch', async () => {
    const model = models.dense(3, 4, 2);
    const layer = wrapTfjs(tf, model).getSubmodule('dense_0');
    model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
    let calls = 0;
    const handle = layer.registerForwardHook(() => {
      calls++;
    });
    await model.fit(numbers([8, 3]), numbers([8, 2], 9), {
      epochs: 3,
      batchSize: 4,
      verbose: 0,
      callbacks: { onEpochEnd: (epoch) => void (epoch === 1 && handle.remove()) },
    });
    assert.is(calls, 4);
  });

  test('tf.grad through a hooked model', () => {
    const model = models.dense(3, 2);
    const x = numbers([1, 3]);
    const gradient = tf.grad((input) => (model.apply(input) as tf.Tensor).sum());
    const plain = gradient(x).dataSync();
    wrapTfjs(tf, model)
      .getSubmodule('dense_0')
      .registerForwardHook((_layer, _inputs, output) => output.mul(2));
    close(
      gradient(x).dataSync(),
      plain.map((value) => 2 * value),
      1e-6,
    );
  });

  test('the gradient by an activation is that by a variable of zeros that a hook adds', () => {
    const model = models.dense(3, 4, 2);
    const x = numbers([2, 3]);
    const delta = tf.variable(tf.zeros([2, 4]));
    wrapTfjs(tf, model)
      .getSubmodule('dense_0')
      .registerForwardHook((_layer, _inputs, output) => output.add(delta));
    const { grads } = tf.variableGrads(() => (model.apply(x) as tf.Tensor).sum() as tf.Scalar, [delta]);
    const second = model.layers[1]!.getWeights()[0]!.arraySync() as number[][];
    const expected = second.map((row) => row.reduce((sum, weight) => sum + weight, 0));
    close(grads[delta.name]!.dataSync(), [...expected, ...expected], 1e-6);
  });

  test('a replacement that tf operations did not compute: one warning, and no layer before it learns', async () => {
    const model = models.dense(3, 4, 2);
    const before = weightsOf(model);
    const layer = wrapTfjs(tf, model).getSubmodule('dense_0');
    const handle = layer.registerForwardHook(function outOfBand(_layer, _inputs, output) {
      return tf.tensor(output.dataSync(), output.shape).mul(2);
    });
    const said = await warnings(() => fitted(model));
    assert.is(said.length, 1);
    assert.match(said[0]!, /Dense\(dense_0\) replaced the output .* nothing before it learns/);
    const after = weightsOf(model);
    assert.equal(after.slice(0, 2), before.slice(0, 2));
    assert.not.equal(after.slice(2), before.slice(2));
    handle.remove();
    const others: ((layer: TfjsLayer<tf.Tensor>, inputs: readonly unknown[], output: tf.Tensor) => tf.Tensor)[] = [
      (_layer, _inputs, output) => output,
      (_layer, _inputs, output) => output.mul(2),
      (_layer, inputs) => one(inputs[0]).mul(0).sum(1, true).tile([1, 4]),
      (_layer, _inputs, output) => tf.zerosLike(output),
    ];
    for (const hook of others) {
      const other = models.dense(3, 4, 2);
      wrapTfjs(tf, other).getSubmodule('dense_0').registerForwardHook(hook);
      assert.equal(await warnings(() => fitted(other)), []);
    }
    const predicted = models.dense(3, 4, 2);
    wrapTfjs(tf, predicted)
      .getSubmodule('dense_0')
      .registerForwardHook(() => tf.ones([1, 4]));
    assert.equal(await warnings(() => predicted.predict(numbers([1, 3]))), [], 'no warning in predict');
  });

  test('saving and cloning a hooked model gives an unhooked one', async () => {
    const model = models.dense(3, 4, 2);
    const json = model.toJSON(null, true);
    const x = numbers([2, 3]);
    const plain = one(model.predict(x)).dataSync();
    const net = wrapTfjs(tf, model);
    const all = select(net, () => true).registerForwardHook((_layer, _inputs, output) => (output as tf.Tensor).mul(2));
    assert.is(model.toJSON(null, true), json);
    let artifacts: tf.io.ModelArtifacts | undefined;
    await model.save(
      tf.io.withSaveHandler(async (saved) => {
        artifacts = saved;
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
      }),
    );
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(artifacts!));
    same(loaded.predict(x), plain);
    const { modelTopology } = artifacts!;
    const clone = await tf.models.modelFromJSON({ modelTopology: modelTopology as never });
    clone.setWeights(model.getWeights());
    same(clone.predict(x), plain);
    assert.not.equal([...one(model.predict(x)).dataSync()], [...plain]);
    all.remove();
    same(model.predict(x), plain);
  });

  test('removing the last hook restores layers and model', () => {
    for (const model of [models.dense(3, 4, 2), models.shared(), models.convolutional()]) {
      const state = () =>
        [model, ...model.layers].map((layer) => [
          Object.getOwnPropertyNames(layer),
          layer.outboundNodes.length,
          layer.inboundNodes.length,
          layer.call,
        ]);
      const inner = 'model' in model ? (model as unknown as { model: tf.LayersModel }).model : model;
      const { outputs } = inner;
      const before = state();
      const handle = select(wrapTfjs(tf, model), () => true).observe(() => {});
      assert.not.equal(state(), before);
      assert.is.not(inner.outputs, outputs);
      handle.remove();
      assert.equal(state(), before);
      assert.is(inner.outputs, outputs);
    }
  });

  test('an own call of the layer is restored, descriptor included', () => {
    const layer = tf.layers.dense({ units: 2, inputShape: [2] });
    layer.call = (inputs) => (Array.isArray(inputs) ? inputs[0]! : inputs).mul(5);
    const before = Object.getOwnPropertyDescriptor(layer, 'call');
    layer.build([null, 2]);
    const handle = wrapTfjs(tf, layer).registerForwardHook((_layer, _inputs, output) => output.add(1));
    same(layer.apply(tf.ones([1, 2])), [6, 6]);
    handle.remove();
    assert.equal(Object.getOwnPropertyDescriptor(layer, 'call'), before);
  });

  test('a Sequential that is compiled while it is hooked, and so rebuilt, stays hooked', async () => {
    const model = models.dense(3, 2);
    let calls = 0;
    const handle = wrapTfjs(tf, model).observe(() => calls++);
    model.predict(numbers([1, 3]));
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    model.predict(numbers([1, 3]));
    await model.fit(numbers([2, 3]), numbers([2, 2]), { verbose: 0 });
    assert.is(calls, 3);
    handle.remove();
    model.predict(numbers([1, 3]));
    assert.is(calls, 3);
    assert.is(Object.getOwnPropertyDescriptor(model, 'model')!.get, undefined);
  });
});
