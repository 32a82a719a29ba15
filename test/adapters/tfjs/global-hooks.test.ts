// Global hooks are for layertap's own modules. Which layers of tfjs they reach would depend on other registrations.
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { wrapTfjs } from '../../../adapters/tfjs/index.ts';
import {
  type Hookable,
  ReLU,
  registerModuleForwardHook,
  registerModuleForwardPreHook,
  select,
  tensor,
} from '../../../src/index.ts';
import { onEachBackend } from './backends.ts';
import { passThroughGraph } from './graphs.ts';
import * as models from './models.ts';
import { numbers } from './tensors.ts';

onEachBackend('global hooks', (test) => {
  test('no layer, model or graph fires global hooks, however it is run', async () => {
    const fired: string[] = [];
    const handles = [
      registerModuleForwardHook((module) => void fired.push(`hook of ${module}`), { alwaysCall: true }),
      registerModuleForwardPreHook((module) => void fired.push(`pre-hook of ${module}`)),
    ];
    const model = models.dense(2, 2);
    const net = wrapTfjs(tf, model);
    const nodes = passThroughGraph((x) => x.mul(2));
    const graph = wrapTfjs(tf, nodes);
    const x = numbers([2, 2]);
    const run = async () => {
      tf.dispose([model.predict(x), model.apply(x), net(x), net.forward(x)] as tf.Tensor[]);
      const flat = tf.ones([2]);
      tf.dispose([nodes.predict(flat), await nodes.executeAsync(flat), graph(flat)] as tf.Tensor[]);
    };
    await run();
    const all: Hookable[] = [...select(net, () => true), ...select(graph, () => true)].map(([, module]) => module);
    for (const module of all) {
      handles.push(module.observe(() => undefined));
      await run();
      handles.push(module.registerForwardHook(() => undefined));
      await run();
    }
    assert.equal(fired, []);
    new ReLU()(tensor([1]));
    assert.equal(fired, ['pre-hook of ReLU()', 'hook of ReLU()']);
    for (const handle of handles) handle.remove();
  });
});
