// Published models with hooks on every module, compared with themselves unhooked.
import * as tf from '@tensorflow/tfjs';
import { map } from 'rxjs';
import * as assert from 'uvu/assert';
import { type TfjsGraph, type TfjsLayer, wrapTfjs } from '../../../adapters/tfjs/index.ts';
import { select } from '../../../src/index.ts';
import { inNode, onEachBackend } from './backends.ts';
import { emotion, upscaler } from './load.ts';
import * as models from './models.ts';
import { leaked, numbers, one } from './tensors.ts';

/** Bytes in use by JavaScript, in Node or Chromium. */
const heapUsed = () =>
  inNode
    ? process.memoryUsage().heapUsed
    : (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize;

onEachBackend('real models', (test) => {
  const all: Record<
    string,
    () => Promise<{ net: TfjsLayer<tf.Tensor> | TfjsGraph<tf.Tensor>; x: tf.Tensor; modules: number }>
  > = {
    'ESRGAN, a LayersModel': async () => ({
      net: wrapTfjs(tf, await upscaler()),
      x: numbers([1, 8, 8, 3]).abs(),
      // 23 layers that are called, and the model.
      modules: 24,
    }),
    'emotion, a GraphModel': async () => ({
      net: wrapTfjs(tf, await emotion()),
      x: numbers([1, 64, 64, 1]),
      modules: 22,
    }),
  };
  for (const [name, load] of Object.entries(all)) {
    test(`${name}: hooks on every module change no bit and leave no tensor`, async () => {
      const { net, x, modules } = await load();
      const model = ('layer' in net ? net.layer : net.model) as unknown as { predict(x: tf.Tensor): tf.Tensor };
      const predict = () => {
        const output = model.predict(x);
        const values = [...output.dataSync()];
        output.dispose();
        return values;
      };
      const plain = predict();
      assert.ok(plain.length > 6 && plain.every(Number.isFinite) && new Set(plain).size > 6);
      const everything = select(net, () => true);
      assert.is(everything.size, modules);
      const seen = new Set<string>();
      const left = await leaked(() => {
        const observers = everything.observe(({ path }) => seen.add(path));
        assert.equal(predict(), plain, 'observed');
        const identity = everything.transform(map((output) => output));
        assert.equal(predict(), plain, 'with identity transforms');
        observers.remove();
        identity.remove();
        assert.equal(predict(), plain, 'unhooked again');
      });
      assert.is(seen.size, modules, 'every module fired');
      assert.is(left, 0);
      if ('layer' in net) (net.layer as tf.LayersModel).dispose();
      else (net.model as tf.GraphModel).dispose();
    });
  }

  test('10,000 hooked predictions leave no tensor behind, and the heap is flat', async () => {
    const model = models.dense(8, 8, 4);
    const net = wrapTfjs(tf, model);
    const x = numbers([1, 8]);
    let calls = 0;
    select(net, () => true).observe(() => calls++);
    net.getSubmodule('dense_0').registerForwardHook((_layer, _inputs, output) => output.mul(2));
    const predict = (times: number) => {
      for (let i = 0; i < times; i++) one(model.predict(x)).dispose();
    };
    const heap = () => {
      (globalThis as { gc?: () => void }).gc?.();
      return heapUsed();
    };
    assert.type((globalThis as { gc?: unknown }).gc, 'function', 'run with --expose-gc');
    predict(5000);
    // In rounds: the compiler takes memory at times, a leak in every round.
    const grown: number[] = [];
    const left = await leaked(() => {
      for (let round = 0; round < 4; round++) {
        const before = heap();
        predict(2500);
        grown.push(heap() - before);
      }
    });
    assert.is(left, 0);
    assert.is(calls, 3 * 15_000);
    // A single number kept for each prediction would be 20 kB a round.
    assert.ok(Math.min(...grown) < 16 * 1024, `the heap has grown by ${grown} bytes`);
  });
});
