// Histograms of tfjs layers.
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { wrapTfjs } from '../../../adapters/tfjs/index.ts';
import { select, setReporter } from '../../../src/index.ts';
import { logActivations, MemorySink, readEvents, SummaryWriter } from '../../../src/tensorboard/index.ts';
import { onEachBackend } from './backends.ts';
import { until } from './tensors.ts';

/** The histograms in a sink, by `tag step`. */
async function histograms(sink: MemorySink): Promise<Record<string, { num: number; max: number }>> {
  const found: Record<string, { num: number; max: number }> = {};
  for await (const event of readEvents([...sink.files().values()][0]!)) {
    if (event.kind === 'histogram') found[`${event.tag} ${event.step}`] = event.statistics!;
  }
  return found;
}

onEachBackend('logActivations()', (test, backend) => {
  test('merges the batches of an epoch of fit, and those of its validation separately', async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ name: 'd', units: 2, inputShape: [2] })] });
    model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
    const sink = new MemorySink();
    const writer = new SummaryWriter('run', { sink });
    let epoch = 0;
    logActivations(writer, select(wrapTfjs(tf, model), 'd'), { step: () => epoch, merge: 'step' });
    const [xs, ys] = [tf.randomNormal([40, 2]), tf.randomNormal([40, 2])];
    const onEpochEnd = (ended: number) => {
      epoch = ended + 1;
    };
    await model.fit(xs, ys, { epochs: 2, batchSize: 4, validationSplit: 0.2, verbose: 0, callbacks: { onEpochEnd } });
    await writer.close();
    const counts = Object.entries(await histograms(sink)).map(([name, { num }]) => `${name}: ${num}`);
    // 32 of the 40 rows are trained on, 8 are validated; each gives two values.
    assert.equal(counts, ['d 0: 64', 'd/validation 0: 16', 'd 1: 64', 'd/validation 1: 16']);
    tf.dispose([xs, ys]);
    model.dispose();
  });

  test('logs integers exactly, and skips a tensor of strings', async () => {
    class Parts extends tf.layers.Layer {
      static className = 'Parts';
      override call(): tf.Tensor[] {
        return [tf.tensor1d([2 ** 24 + 1, 5], 'int32'), tf.tensor1d(['text']), tf.tensor1d([true, false], 'bool')];
      }
    }
    const sink = new MemorySink();
    const writer = new SummaryWriter('run', { sink });
    const layer = wrapTfjs(tf, new Parts({}));
    logActivations(
      writer,
      select(layer, () => true),
      { tag: () => 'parts' },
    );
    const said: string[] = [];
    setReporter((error) => said.push(error.message));
    tf.dispose(layer(tf.tensor1d([0])));
    await until(async () => {
      await writer.flush();
      return Object.keys(await histograms(sink)).length === 2;
    });
    await writer.close();
    setReporter();
    assert.equal(said, []);
    const found = await histograms(sink);
    assert.equal(Object.keys(found).sort(), ['parts/0 0', 'parts/2 0']);
    // A GPU may have 24 bits for them.
    if (backend !== 'webgl') assert.is(found['parts/0 0']!.max, 2 ** 24 + 1);
    assert.is(found['parts/2 0']!.max, 1);
  });
});
