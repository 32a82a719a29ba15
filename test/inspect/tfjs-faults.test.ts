// Faults in layers of tfjs, in NHWC, found with recordings that PyTorch's own forward hooks made in NCHW.
import * as tf from '@tensorflow/tfjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { wrapTfjs } from '../../adapters/tfjs/index.ts';
import { listHooks } from '../../src/index.ts';
import { type Comparison, compare, type RecordedInput } from '../../src/inspect/index.ts';
import { beyond, effect, largest, recordingOf } from './pytorch.ts';
import { weightsOf } from './twins.ts';

tf.enableProdMode();
tf.setBackend('cpu');

class Lambda extends tf.layers.Layer {
  static className: string = 'Lambda';
  readonly compute: (x: tf.Tensor) => tf.Tensor;
  readonly shapeOf: (shape: number[]) => number[];
  constructor(name: string, compute: (x: tf.Tensor) => tf.Tensor, shapeOf = (shape: number[]) => shape) {
    super({ name });
    this.compute = compute;
    this.shapeOf = shapeOf;
  }
  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return this.shapeOf(shape as number[]);
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return this.compute(Array.isArray(inputs) ? inputs[0]! : inputs);
  }
}

const vision = weightsOf('vision');
const data = (name: string) => vision.get(name)!;

/** PyTorch's kernel, [out, in, rows, columns], as [rows, columns, in, out]. */
function kernelOf(name: string, change: (kernel: tf.Tensor4D) => tf.Tensor4D = (kernel) => kernel): tf.Tensor {
  const { data: values, shape } = data(`${name}.weight`);
  return change(tf.tensor4d(values, shape as [number, number, number, number])).transpose([2, 3, 1, 0]);
}

/** The Vision model of test/fixtures/make/faulty_models.py up to its head, as a user would port it. */
function visionModel(fault?: string): tf.Sequential {
  const sides = fault === 'pad' ? [0, 1] : [1, 0];
  const dilation = fault === 'dilation' ? 1 : 2;
  const bn = tf.layers.batchNormalization({ name: 'bn', epsilon: fault === 'eps3' ? 1e-3 : 1e-5 });
  const conv = (name: string, more: object = {}) =>
    tf.layers.conv2d({ name, filters: 4, kernelSize: 3, padding: 'same', ...more });
  const [wide, flip] = [conv('wide', { dilationRate: dilation }), conv('flip')];
  const stemKernel = kernelOf('stem') as tf.Tensor4D;
  const pads = [[0, 0], sides, sides, [0, 0]] as [number, number][];
  const groups = fault === 'groups' ? [1, 0] : [0, 1];
  const grouped = tf.tidy(() =>
    [0, 1].map((i) => tf.keep((kernelOf('grouped') as tf.Tensor4D).slice([0, 0, 0, groups[i]! * 2], [3, 3, 2, 2]))),
  );
  const first = fault === 'phase' ? 1 : 0;
  const model = tf.sequential({
    layers: [
      new Lambda('bytes', (x) => (fault === 'signed' ? tf.where(x.greater(127), x.sub(256), x) : x).div(255)),
      new Lambda(
        'stem',
        (x) => tf.conv2d(tf.pad(x as tf.Tensor4D, pads), stemKernel, 2, 'valid'),
        ([n]) => [n!, 8, 8, 4],
      ),
      new Lambda('shift', (x) => x.add(0.25)),
      bn,
      fault === 'relu' ? new Lambda('act', (x) => x.clone()) : tf.layers.reLU({ name: 'act' }),
      wide,
      flip,
      new Lambda('grouped', (x) =>
        tf
          .concat(
            tf
              .split(x as tf.Tensor4D, 2, 3)
              .map((part, i) => tf.conv2d(part as tf.Tensor4D, grouped[i] as tf.Tensor4D, 1, 'same')),
            3,
          )
          .add(tf.tensor1d(data('grouped.bias').data)),
      ),
      // The last axis of PyTorch, columns, is axis 2 here.
      new Lambda('norm', (x) => {
        const axis = fault === 'axis' ? 1 : 2;
        const centered = x.sub(x.mean(axis, true));
        return centered.div(centered.square().mean(axis, true).add(1e-5).sqrt());
      }),
      new Lambda(
        'sub',
        (x) => tf.stridedSlice(x, [0, first, first, 0], x.shape, [1, 2, 2, 1]),
        ([n]) => [n!, 4, 4, 4],
      ),
      new Lambda('gain', (x) => x.mul(fault === 'scale' ? 0.505 : 0.5)),
      tf.layers.flatten({ name: 'flatten' }),
      tf.layers.dense({ name: 'fc', units: 5 }),
    ].map((layer, i) => {
      // A Sequential has to know the shape of its input.
      if (i === 0) Object.assign(layer, { batchInputShape: [null, 16, 16, 2], dtype: 'float32' });
      return layer;
    }),
  });
  const variance = data('bn.running_var').data.map((value) => value * (fault === 'variance' ? 15 / 16 : 1));
  const vectors = ['bn.weight', 'bn.bias', 'bn.running_mean'].map((name) => tf.tensor1d(data(name).data));
  bn.setWeights([...vectors, tf.tensor1d(variance)]);
  wide.setWeights([kernelOf('wide'), tf.tensor1d(data('wide.bias').data)]);
  const flipped = (kernel: tf.Tensor4D) => (fault === 'flipped' ? kernel.reverse(3) : kernel);
  flip.setWeights([kernelOf('flip', flipped as never), tf.tensor1d(data('flip.bias').data)]);
  // Flattened in NHWC, so the rows of the kernel are in that order.
  const rows = tf.tensor4d(data('fc.weight').data, [5, 4, 4, 4]).transpose([2, 3, 1, 0]).reshape([64, 5]);
  const bias = data('fc.bias').data.map((value) => (fault === 'bias' ? 0 : value));
  const swapped = fault === 'row' ? tf.gather(rows, [1, 0, 2, 3, 4], 1) : rows;
  (model.getLayer('fc') as tf.layers.Layer).setWeights([swapped, tf.tensor1d(bias)]);
  return model;
}

const run = (net: { layer: tf.LayersModel }, [x]: readonly RecordedInput[]) =>
  tf.tidy(() => void net.layer.predict(tf.tensor(x!.data as Float32Array, x!.shape).transpose([0, 2, 3, 1])));

async function compareModel(fault?: string): Promise<Comparison> {
  const net = wrapTfjs(tf, visionModel(fault));
  const before = tf.memory().numTensors;
  const comparison = await compare(net, recordingOf('vision'), run);
  assert.equal(listHooks(net), []);
  assert.is(tf.memory().numTensors, before, 'tensors were left behind');
  return comparison;
}

test('a model of tfjs in NHWC without a fault passes against PyTorch in NCHW, without leaking tensors', async () => {
  const comparison = await compareModel();
  assert.is(comparison.verdict, 'PASS', String(comparison));
  assert.ok(largest(comparison) < 0.3, `${largest(comparison)} of the tolerance`);
});

for (const [fault, path] of Object.entries({
  pad: 'stem',
  phase: 'sub',
  dilation: 'wide',
  flipped: 'flip',
  groups: 'grouped',
  variance: 'bn',
  eps3: 'bn',
  axis: 'norm',
  relu: 'act',
  scale: 'gain',
  signed: 'bytes',
  row: 'fc',
  bias: 'fc',
})) {
  test(`the fault "${fault}" in a layer of tfjs is found at ${path}`, async () => {
    const comparison = await compareModel(fault);
    assert.is(comparison.verdict, 'FAIL', String(comparison));
    assert.is(comparison.first?.path, path, String(comparison));
    assert.equal(beyond(comparison), [path]);
    assert.ok(effect(comparison) >= 50, `${effect(comparison)} times the tolerance`);
  });
}

test.run();
