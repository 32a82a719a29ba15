// Statistics of outputs, computed where the tensors are, without ever waiting in a forward.
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { wrapTfjs } from '../../../adapters/tfjs/index.ts';
import { summarizeOnDevice } from '../../../adapters/tfjs/summarize-on-device.ts';
import { type OutputStatistics, select, statistics, summarize } from '../../../src/index.ts';
import { onEachBackend } from './backends.ts';
import * as models from './models.ts';
import { close, leaked, numbers } from './tensors.ts';

/** Waits for what comes when a device has answered: on a software GPU that may take seconds. */
async function until(done: () => boolean): Promise<void> {
  for (let i = 0; i < 2000 && !done(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(done(), 'it did not come in 20 s');
}

onEachBackend('statistics', (test, backend) => {
  const synchronous = backend !== 'webgl';

  test('the reductions on the device agree with those of the kernels', async () => {
    const special = [
      0,
      -0,
      1.5,
      -2.25,
      1e-30,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      3e4,
      3e4,
    ];
    const arrays: number[][] = [
      special,
      [5],
      [7, 7, 7],
      [...numbers([1000]).dataSync()],
      Array.from({ length: 500 }, (_, i) => 1000 + (i % 2) / 8),
    ];
    for (const values of arrays) {
      const row = Array.from(await summarizeOnDevice(tf as never, tf.tensor1d(values) as never).data());
      const expected = summarize(Float32Array.from(values));
      const { count, mean, variance, min, max, zeros, nan, positiveInfinity, negativeInfinity } = expected;
      const finite = count - nan - positiveInfinity - negativeInfinity;
      assert.is(row[0], finite);
      close([row[1]!], [mean], 1e-6 * Math.max(1, Math.abs(mean)));
      close([row[2]!], [variance], 1e-5 * Math.max(1, variance));
      // A device may flush what is tiny to zero.
      close([row[3]!, row[4]!], [min, max], 1e-20);
      assert.equal(row.slice(6), [nan, positiveInfinity, negativeInfinity]);
      assert.ok(row[5] === zeros || (values === special && row[5] === zeros + 1), `${row[5]} zeros`);
    }
  });

  test('nothing finite, nothing at all: NaN, as from the kernels', async () => {
    const layer = wrapTfjs(tf, tf.layers.activation({ activation: 'linear' }));
    const rows: OutputStatistics[] = [];
    layer
      .observe()
      .pipe(statistics())
      .subscribe((row) => rows.push(row));
    layer(tf.tensor1d([Number.NaN, Number.POSITIVE_INFINITY]));
    layer(tf.zeros([0, 3]));
    await until(() => rows.length === 2);
    assert.equal(rows, [
      { path: '', call: 0, shape: [2], ...summarize([Number.NaN, Number.POSITIVE_INFINITY]) },
      { path: '', call: 1, shape: [0, 3], ...summarize([]) },
    ]);
  });

  test('log() and statistics() of a prediction: in order, and no tensor stays', async () => {
    const model = models.convolutional();
    const x = numbers([2, 8, 8, 1]);
    const net = wrapTfjs(tf, model);
    const rows: OutputStatistics[] = [];
    const lines: string[] = [];
    select(net, '*')
      .observe()
      .pipe(statistics())
      .subscribe((row) => rows.push(row));
    select(net, '*').log({ print: (line) => lines.push(line) });
    const names = ['conv', 'pool', 'bn', 'flatten', 'dropout', 'dense'];
    const left = await leaked(async () => {
      tf.dispose(model.predict(x));
      assert.is(rows.length, synchronous ? 6 : 0, 'at once where that costs nothing');
      await until(() => rows.length === 6 && lines.length === 6);
    });
    assert.is(left, 0);
    assert.equal(
      rows.map(({ path }) => path),
      names,
    );
    assert.equal(
      lines.map((line) => line.split(' ')[0]),
      names,
    );
    // Softmax: rows of three that add up to one.
    const dense = rows[5]!;
    assert.equal([dense.count, dense.shape], [6, [2, 3]]);
    close([dense.mean], [1 / 3], 1e-6);
    const [conv] = rows;
    assert.ok(conv!.min === 0 && conv!.zeros > 0, 'ReLU');
  });

  test('no hidden dataSync where reading waits for the device', async () => {
    const model = models.dense(3, 4, 2);
    let lines = 0;
    select(wrapTfjs(tf, model), '*').log({ print: () => lines++ });
    const { dataSync } = tf.Tensor.prototype;
    let reads = 0;
    tf.Tensor.prototype.dataSync = function (this: tf.Tensor, ...rest: never[]) {
      reads++;
      return dataSync.apply(this, rest as never) as never;
    } as never;
    try {
      tf.dispose(model.predict(numbers([2, 3])));
      await until(() => lines === 2);
    } finally {
      tf.Tensor.prototype.dataSync = dataSync;
    }
    assert.is(reads, synchronous ? 2 : 0);
  });

  test('integers and booleans are read as numbers; strings are an error that is reported', async () => {
    const layer = wrapTfjs(tf, tf.layers.activation({ activation: 'linear' }));
    class Cast extends tf.layers.Layer {
      static readonly className: string = 'Cast';
      override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
        return (Array.isArray(inputs) ? inputs[0]! : inputs).cast('int32');
      }
    }
    const rows: OutputStatistics[] = [];
    const cast = wrapTfjs(tf, new Cast({}));
    cast
      .observe()
      .pipe(statistics())
      .subscribe((row) => rows.push(row));
    cast(tf.tensor1d([1, 2, 3]));
    await until(() => rows.length === 1);
    assert.is(rows[0]!.mean, 2);
    const errors: string[] = [];
    const { error } = console;
    console.error = (thrown: Error) => errors.push(thrown.message);
    try {
      layer.log();
      layer(tf.tensor1d(['text']));
      await until(() => errors.length === 1);
    } finally {
      console.error = error;
    }
    assert.match(errors[0]!, /the values of a string tensor cannot be read/);
  });
});
