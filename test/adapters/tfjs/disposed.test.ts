// Layers, models and graphs that are disposed of after they were wrapped.
import * as tf from '@tensorflow/tfjs';
import { map } from 'rxjs';
import * as assert from 'uvu/assert';
import { type TfjsLayer, wrapTfjs } from '../../../adapters/tfjs/index.ts';
import { listHooks, select } from '../../../src/index.ts';
import { onEachBackend } from './backends.ts';
import { constant, graph, input, op } from './graphs.ts';
import * as models from './models.ts';
import { until } from './tensors.ts';

onEachBackend('disposed of', (test) => {
  test('a disposed layer or model takes no hook, no selection and no call', () => {
    const model = models.dense(3, 4, 2);
    const other = models.dense(3, 4);
    const net = wrapTfjs(tf, model);
    const layer = net.getSubmodule('dense_0');
    const handle = layer.observe(() => undefined);
    const all = select(net, '*');
    model.dispose();
    const gone = /cannot be hooked: it has been disposed of/;
    assert.throws(
      () => layer.registerForwardHook(() => undefined),
      /Dense\(dense_0\) cannot be hooked: it has been disposed/,
    );
    assert.throws(() => layer.registerForwardPreHook(() => undefined), gone);
    assert.throws(() => layer.registerFullBackwardHook(() => undefined), gone);
    assert.throws(() => layer.log(), gone);
    assert.throws(() => layer.transform(map((output) => output)), gone);
    assert.throws(() => net.observe(() => undefined), gone);
    assert.throws(() => all.observe(() => undefined), gone);
    assert.throws(() => select(net, '*').log(), gone);
    assert.throws(() => layer(tf.ones([1, 3])), /Layer 'dense_0' is already disposed/);
    assert.equal(
      listHooks(net).map(({ path }) => path),
      ['dense_0'],
      'earlier hooks can be removed',
    );
    handle.remove();
    assert.equal(listHooks(net), []);
    wrapTfjs(tf, other)
      .getSubmodule('dense_0')
      .observe(() => undefined);
  });

  test('a disposed graph takes no hook and no call', () => {
    const weights = [{ name: 'weight', shape: [1], values: [2] }];
    const model = graph([input(-1), constant('weight', [2]), op('out', 'Neg', 'x')], ['out'], weights);
    const net = wrapTfjs(tf, model);
    const node = net.getSubmodule('out');
    model.dispose();
    assert.throws(() => node.observe(() => undefined), /Neg\(out\) cannot be hooked: its model has been disposed of/);
    assert.throws(
      () => net.observe(() => undefined),
      /GraphModel\(1 nodes\) cannot be hooked: it has been disposed of/,
    );
    assert.throws(() => select(net, '**').log(), /disposed of/);
    assert.throws(() => net(tf.ones([1])), /cannot be called: it has been disposed of/);
    assert.equal(listHooks(net), []);
  });

  test('for an observer that reads a tensor after the call, the report suggests keep()', async () => {
    const model = models.dense(3, 2);
    const nodes = graph([input(-1), op('node', 'Neg', 'x'), op('out', 'Neg', 'node')], ['out']);
    const errors: string[] = [];
    const reporter = (error: Error) => void errors.push(error.message);
    const places = [wrapTfjs(tf, model).getSubmodule('dense_0'), wrapTfjs(tf, nodes).getSubmodule('node')];
    for (const place of places) {
      const readLater = async ({ output }: { output: tf.Tensor }) => {
        await Promise.resolve();
        return output.data();
      };
      (place as TfjsLayer<tf.Tensor>).observe(readLater, { reporter });
    }
    tf.dispose([model.predict(tf.ones([1, 3])), nodes.predict(tf.ones([2]))] as tf.Tensor[]);
    await until(() => errors.length === 2);
    for (const [i, place] of ['Dense(dense_0)', 'Neg(node)'].entries()) {
      assert.match(errors[i]!, `the observer readLater of ${place} failed: Tensor is disposed.`);
      assert.match(errors[i]!, 'expected: module.keep(output)');
    }
    let reported = '';
    places[0]!.observe(
      () => {
        throw new Error('of the user');
      },
      { reporter: (error) => (reported = error.message) },
    );
    tf.dispose(model.predict(tf.ones([1, 3])) as tf.Tensor);
    assert.match(reported, /failed: of the user$/);
  });
});
