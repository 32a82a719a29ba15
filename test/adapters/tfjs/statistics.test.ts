// Statistics of outputs, computed on the device, without making the forward wait.
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { wrapTfjs } from '../../../adapters/tfjs/index.ts';
import { summarizeOnDevice } from '../../../adapters/tfjs/reader.ts';
import { type OutputStatistics, select, statistics, summarize } from '../../../src/index.ts';
import { inNode, onEachBackend } from './backends.ts';
import * as models from './models.ts';
import { close, leaked, numbers, until } from './tensors.ts';

onEachBackend('statistics', (test, backend) => {
  const synchronous = backend !== 'webgl';

  test('statistics computed on the device agree with those of the kernels', async () => {
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
      // A device may flush tiny values to zero.
      close([row[3]!, row[4]!], [min, max], 1e-20);
      assert.equal(row.slice(6), [nan, positiveInfinity, negativeInfinity]);
      assert.ok(row[5] === zeros || (values === special && row[5] === zeros + 1), `${row[5]} zeros`);
    }
  });

  test('no finite value, or no value at all: NaN, as from the kernels', async () => {
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
      { path: '', part: '', call: 0, shape: [2], ...summarize([Number.NaN, Number.POSITIVE_INFINITY]) },
      { path: '', part: '', call: 1, shape: [0, 3], ...summarize([]) },
    ]);
  });

  test('log() and statistics() of a prediction come in order, and no tensor is left', async () => {
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
      assert.is(rows.length, synchronous ? 6 : 0, 'synchronously, if the backend can');
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

  test('no hidden dataSync', async () => {
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
    // On wasm the values are read from the backend's memory: dataSync would copy them.
    assert.is(reads, backend === 'cpu' ? 2 : 0);
  });

  /** The private part of a backend that a test replaces. */
  const heap = () =>
    tf.backend() as unknown as { typedArrayFromHeap?: ((tensor: tf.Tensor) => Float32Array) | undefined };

  /** The statistics of a tensor, observed as the output of an identity layer. */
  async function statisticsOf(
    tensor: tf.Tensor,
    { before = () => {}, after = () => {} } = {},
  ): Promise<OutputStatistics> {
    const layer = wrapTfjs(tf, tf.layers.activation({ activation: 'linear' }));
    let row: OutputStatistics | undefined;
    layer.observe(before);
    const subscription = layer
      .observe()
      .pipe(statistics())
      .subscribe((found) => {
        row = found;
      });
    layer.observe(after);
    layer(tensor);
    await until(() => row !== undefined);
    subscription.unsubscribe();
    return row!;
  }

  test('statistics are those of the tensor alone, not of its neighbours in memory', async () => {
    const values = Float32Array.from({ length: 70_001 }, (_, i) => Math.sin(i) * 3);
    const neighbours = [tf.fill([1000], Number.NaN), tf.tensor1d(values), tf.fill([1000], Number.NaN)];
    const { path: _path, call: _call, shape, ...found } = await statisticsOf(neighbours[1]!);
    const expected = summarize(values);
    assert.equal(shape, [70_001]);
    assert.is(found.count, expected.count);
    assert.is(found.nan, 0);
    close([found.mean, found.variance, found.min, found.max], [0, expected.variance, expected.min, expected.max], 1e-4);
    const bools = await statisticsOf(tf.tensor1d([true, false, true, true], 'bool'));
    assert.equal([bools.mean, bools.zeros], [0.75, 1]);
    const ints = await statisticsOf(tf.tensor1d([2 ** 24 + 1, 1], 'int32'));
    assert.is(ints.count, 2);
    if (backend !== 'webgl') assert.is(ints.max, 2 ** 24 + 1, 'float32 has no such number');
  });

  test('the memory of the backend may grow, or give no view', async () => {
    const expected = { ...(await statisticsOf(numbers([1000]))) };
    // More than wasm has initially.
    const large = tf.zeros([backend === 'wasm' ? 2 ** 26 : 10]);
    large.dataSync();
    large.dispose();
    assert.equal(await statisticsOf(numbers([1000])), expected);
    const view = heap().typedArrayFromHeap;
    for (const missing of [
      undefined,
      () => {
        throw new RangeError('Invalid typed array length');
      },
    ]) {
      // Only while statistics are computed: the kernels need it.
      const before = () => {
        heap().typedArrayFromHeap = missing;
      };
      const after = () => {
        delete heap().typedArrayFromHeap;
      };
      assert.equal(await statisticsOf(numbers([1000]), { before, after }), expected);
    }
    assert.is(heap().typedArrayFromHeap, view);
  });

  test('a tensor is read by its own backend, and stays there', async () => {
    // In a page each backend has a page of its own.
    if (!inNode) return;
    const tensor = numbers([1000]);
    tensor.dataSync();
    const row = await statisticsOf(tensor);
    const other = backend === 'cpu' ? 'wasm' : 'cpu';
    class Give extends tf.layers.Layer {
      static readonly className: string = 'Give';
      override call(): tf.Tensor {
        return tensor;
      }
    }
    const give = new Give({});
    let later: OutputStatistics | undefined;
    wrapTfjs(tf, give)
      .observe()
      .pipe(statistics())
      .subscribe((found) => {
        later = found;
      });
    const { tensorInfo } = tf.engine().state as unknown as { tensorInfo: WeakMap<object, { backend: object }> };
    const place = tensorInfo.get(tensor.dataId)!.backend;
    await tf.setBackend(other);
    give.call();
    await tf.setBackend(backend);
    assert.equal(later, { ...row, call: 0 });
    assert.is(tensorInfo.get(tensor.dataId)!.backend, place);
  });

  test('integers are read as numbers; strings have none', async () => {
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
    const lines: string[] = [];
    layer.log({ print: (line) => lines.push(line) });
    layer(tf.tensor1d(['text']));
    await until(() => lines.length === 1);
    assert.match(lines[0]!, / \[1\] no numbers$/);
  });
});
