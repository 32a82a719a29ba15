// Faults in layers of tfjs, in NHWC, found with recordings that PyTorch's own forward hooks made in NCHW.
import * as tf from '@tensorflow/tfjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { wrapTfjs } from '../../adapters/tfjs/index.ts';
import { listHooks } from '../../src/index.ts';
import { type Comparison, compare, type RecordedInput, record } from '../../src/inspect/index.ts';
import { decodeRecording } from '../../src/inspect/recording-file.ts';
import { beyond, effect, faults, largest, numbersOf, recordingOf } from './pytorch.ts';
import { tfjsTwin } from './tfjs-twins.ts';

const run = (net: { layer: tf.LayersModel }, [input]: readonly RecordedInput[]) =>
  tf.tidy(() => {
    const x = tf.tensor(numbersOf(input!), input!.shape, input!.dtype === 'I64' ? 'int32' : 'float32');
    net.layer.predict(x.rank === 4 ? x.transpose([0, 2, 3, 1]) : x);
  });

async function compareModel(model: string, fault?: string, recording: string = model): Promise<Comparison> {
  const net = wrapTfjs(tf, tfjsTwin(model, fault));
  const before = tf.memory().numTensors;
  const comparison = await compare(net, recordingOf(recording), run);
  assert.equal(listHooks(net), []);
  assert.is(tf.memory().numTensors, before, 'tensors were left behind');
  return comparison;
}

test('models of tfjs without a fault pass, images in NHWC against NCHW, and leak no tensors', async () => {
  for (const model of ['vision', 'text', 'decoder', 'overflow']) {
    const comparison = await compareModel(model);
    assert.is(comparison.verdict, 'PASS', String(comparison));
    assert.is(comparison.coverage, 1);
    assert.ok(largest(comparison) < 0.2, `${model}: ${largest(comparison)} of the tolerance`);
  }
});

for (const [fault, [model, path]] of Object.entries(faults)) {
  test(`the fault "${fault}" in a layer of tfjs is found at ${path}`, async () => {
    const comparison = await compareModel(model, fault);
    assert.is(comparison.verdict, 'FAIL', String(comparison));
    // Attention computes between two layers that are its own.
    const isBetween = ['heads', 'sqrt', 'mask'].includes(fault);
    assert.is(comparison.first?.path, isBetween ? undefined : path, String(comparison));
    assert.equal(comparison.between, isBetween ? ['attn.qkv', 'attn.out'] : undefined);
    if (isBetween) assert.is(comparison.inside, path);
    else assert.equal(beyond(comparison), [path]);
    if (fault === 'stale') assert.is(comparison.first!.call, 3);
    assert.ok(effect(comparison) >= 50, `${effect(comparison)} times the tolerance`);
  });
}

test('float32 passes against PyTorch in float16, and an overflow there is found where it happens', async () => {
  const half = await compareModel('text', undefined, 'text.half');
  assert.is(half.verdict, 'PASS_WITH_TOLERANCE', String(half));
  assert.match(half.why.join(), /outputs are float32 in b and float16 in a: compared with the tolerance of float16/);
  assert.ok(largest(half) < 0.2, `${largest(half)} of the tolerance`);
  const { verdict, first, why } = await compareModel('overflow', undefined, 'overflow.half');
  assert.equal([verdict, first?.path], ['FAIL', 'fc2']);
  assert.match(why[0]!, /instead of -?Infinity/);
});

test('a model of tfjs is compared with another one: a fault is found in either direction', async () => {
  const x = tf.randomUniform([2, 16, 16, 2], 0, 255, 'float32', 1);
  const both = (a: tf.LayersModel, b: tf.LayersModel) =>
    compare(wrapTfjs(tf, a), wrapTfjs(tf, b), (net) => tf.tidy(() => void net.layer.predict(x)));
  const right = tfjsTwin('vision');
  assert.is((await both(right, tfjsTwin('vision'))).verdict, 'PASS');
  for (const [fault, path] of [
    ['flipped', 'flip'],
    ['variance', 'bn'],
    ['scale', 'gain'],
  ] as const) {
    assert.is((await both(right, tfjsTwin('vision', fault))).first?.path, path);
    assert.is((await both(tfjsTwin('vision', fault), right)).first?.path, path);
  }
});

test('parameters: true records the norms of kernels, whose axes are [...window, in, out]', async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ name: 'conv', inputShape: [2, 2, 2], filters: 3, kernelSize: 1 }),
      tf.layers.depthwiseConv2d({ name: 'depthwise', kernelSize: 2, depthMultiplier: 2 }),
      tf.layers.flatten({ name: 'flatten' }),
      tf.layers.dense({ name: 'dense', units: 2 }),
    ],
  });
  const kernels = {
    conv: tf.tensor4d([3, 0, 6, 4, 0, 8], [1, 1, 2, 3]),
    depthwise: tf.tensor4d([...Array(24).keys()], [2, 2, 3, 2]),
    dense: tf.tensor2d([1, 0, 2, 0, 2, 0, 4, 1, 0, 2, 0, 2], [6, 2]),
  };
  for (const [name, kernel] of Object.entries(kernels)) {
    const layer = model.getLayer(name) as tf.layers.Layer;
    layer.setWeights([kernel, ...layer.getWeights().slice(1)]);
  }
  const bytes = await record(wrapTfjs(tf, model), [tf.ones([1, 2, 2, 2])], { parameters: true });
  const { parameters, tensors } = decodeRecording('test', bytes);
  const norms = Object.keys(kernels).map((name) => {
    const { rows, length } = parameters.get(name)!;
    return [length, ...(tensors.get(rows)!.data as Float32Array)].map((value) => Math.round(value * 1e4) / 1e4);
  });
  assert.equal(norms, [
    [2, 5, 0, 10],
    // sqrt(0 + 36 + 144 + 324), and so on.
    [4, 22.4499, 24.0832, 25.7682, 27.4955, 29.2575, 31.0483],
    [6, 5, 3],
  ]);
});

test.run();
