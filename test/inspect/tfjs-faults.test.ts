// Faults in layers of tfjs, in NHWC, found with recordings that PyTorch's own forward hooks made in NCHW.
import * as tf from '@tensorflow/tfjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { wrapTfjs } from '../../adapters/tfjs/index.ts';
import { listHooks } from '../../src/index.ts';
import { type Comparison, compare, type RecordedInput } from '../../src/inspect/index.ts';
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
    assert.ok(largest(comparison) < 0.3, `${model}: ${largest(comparison)} of the tolerance`);
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
  assert.is(half.verdict, 'PASS', String(half));
  assert.ok(largest(half) < 0.2, `${largest(half)} of the tolerance`);
  const { verdict, first, why } = await compareModel('overflow', undefined, 'overflow.half');
  assert.equal([verdict, first?.path], ['FAIL', 'fc2']);
  assert.match(why[0]!, /instead of -?Infinity/);
});

test.run();
