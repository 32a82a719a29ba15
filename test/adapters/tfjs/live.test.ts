// The viewer's live source on layers: it does not make the forward wait, and leaves no tensor.
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { wrapTfjs } from '../../../adapters/tfjs/index.ts';
import { listHooks, select } from '../../../src/index.ts';
import type { HistogramPoint, ViewerPoint } from '../../../viewer/data/points.ts';
import { liveSource } from '../../../viewer/sources/live.ts';
import { onEachBackend } from './backends.ts';
import * as models from './models.ts';
import { close, leaked, numbers, until } from './tensors.ts';

onEachBackend('the live source', (test, backend) => {
  test('layers are captured as they run, without a hidden read, and no tensor is left', async () => {
    const model = models.convolutional();
    const net = wrapTfjs(tf, model);
    const seen: HistogramPoint[] = [];
    const warnings: string[] = [];
    const disconnect = liveSource(select(net, '*')).connect({
      points: (points: readonly ViewerPoint[]) => void seen.push(...(points as readonly HistogramPoint[])),
      progress() {},
      warning: (message) => void warnings.push(message),
    });
    const x = numbers([2, 8, 8, 1]);
    const { dataSync } = tf.Tensor.prototype;
    let reads = 0;
    tf.Tensor.prototype.dataSync = function (this: tf.Tensor, ...rest: never[]) {
      reads++;
      return dataSync.apply(this, rest as never) as never;
    } as never;
    const left = await leaked(async () => {
      tf.dispose(model.predict(x));
      await until(() => seen.length === 6);
    });
    tf.Tensor.prototype.dataSync = dataSync;
    assert.equal(warnings, []);
    assert.is(reads, backend === 'webgl' ? 0 : 6);
    assert.is(left, 0);
    assert.equal(
      seen.map(({ tag, step }) => `${tag} ${step}`),
      ['conv 0', 'pool 0', 'bn 0', 'flatten 0', 'dropout 0', 'dense 0'],
    );
    const [conv, dense] = [seen[0]!, seen[5]!];
    // Two images of 6 by 6, two filters, after ReLU.
    assert.is(conv.summary.count, 2 * 6 * 6 * 2);
    assert.ok(conv.summary.zeros > 0 && conv.summary.min === 0);
    const inBins = conv.bins.counts.reduce((sum, count) => sum + count, 0);
    assert.is(inBins, conv.summary.count);
    close([dense.summary.mean], [1 / 3], 1e-6);
    disconnect();
    assert.equal(listHooks(net), []);
  });
});
