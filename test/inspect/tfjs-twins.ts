/** @file The models of test/fixtures/make/faulty_models.py as models of tfjs, with the same faults. */
import * as tf from '@tensorflow/tfjs';
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

const bare = (layer: tf.layers.Layer, shape: number[], weights: tf.Tensor[]): tf.layers.Layer => {
  layer.build([null, ...shape]);
  layer.setWeights(weights);
  return layer;
};

/** A Dense of PyTorch's weights, [out, in]. */
function dense(
  model: string,
  name: string,
  change: (weight: tf.Tensor2D) => tf.Tensor2D = (weight) => weight,
  hasBias = true,
): tf.layers.Layer {
  const { data: values, shape } = weightsOf(model).get(`${name}.weight`)!;
  const [units, width] = shape as [number, number];
  const bias = weightsOf(model).get(`${name}.bias`)!.data;
  const layer = tf.layers.dense({ name: name.slice(name.lastIndexOf('.') + 1), units });
  const kernel = change(tf.tensor2d(values, [units, width])).transpose();
  return bare(layer, [width], [kernel, tf.tensor1d(hasBias ? bias : bias.map(() => 0))]);
}

function embedding(model: string, name: string): tf.layers.Layer {
  const { data: values, shape } = weightsOf(model).get(`${name}.weight`)!;
  const [inputDim, outputDim] = shape as [number, number];
  const layer = tf.layers.embedding({ name: name.slice(name.lastIndexOf('.') + 1), inputDim, outputDim });
  return bare(layer, [1], [tf.tensor2d(values, [inputDim, outputDim])]);
}

/** @param shape of its input, without the batch: the last axis is normalized */
function layerNorm(model: string, epsilon: number, shape: number[]): tf.layers.Layer {
  const [gamma, beta] = ['weight', 'bias'].map((name) => tf.tensor1d(weightsOf(model).get(`norm.${name}`)!.data));
  return bare(tf.layers.layerNormalization({ name: 'norm', epsilon }), shape, [gamma!, beta!]);
}

/** A layer with layers inside. */
class Composite extends tf.layers.Layer {
  static className: string = 'Composite';
  protected run(layer: tf.layers.Layer, inputs: tf.Tensor | tf.Tensor[], options?: object): tf.Tensor {
    return layer.apply(inputs, options as never) as tf.Tensor;
  }
}

const first = (inputs: tf.Tensor | tf.Tensor[]): tf.Tensor => (Array.isArray(inputs) ? inputs[0]! : inputs);

/** Two heads, causal. */
class Attention extends Composite {
  static override className: string = 'Attention';
  qkv: tf.layers.Layer = dense('text', 'attn.qkv');
  out: tf.layers.Layer = dense('text', 'attn.out');
  readonly fault: string | undefined;

  constructor(fault: string | undefined) {
    super({ name: 'attn' });
    this.fault = fault;
  }

  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [batch, length] = first(inputs).shape as [number, number];
    const parts = tf.split(this.run(this.qkv, inputs), 3, -1);
    const [q, k, v] = parts.map((part) => part.reshape([batch, length, 2, 4]).transpose([0, 2, 1, 3]));
    const scores = tf.matMul(q!, k!, false, true).div(this.fault === 'sqrt' ? 4 : 2);
    const seen = tf.linalg.bandPart(tf.ones([length, length]) as tf.Tensor2D, -1, this.fault === 'mask' ? 1 : 0);
    const probabilities = tf.softmax(tf.where(seen.cast('bool'), scores, tf.fill(scores.shape, -1e4)));
    const y = tf.matMul(probabilities, this.fault === 'heads' ? v!.reverse(1) : v!);
    return this.run(this.out, y.transpose([0, 2, 1, 3]).reshape([batch, length, 8]));
  }
}

function textModel(fault?: string): tf.LayersModel {
  const ids = tf.input({ shape: [8], dtype: 'int32' });
  const start = fault === 'position' ? 1 : 0;
  const table = tf.tensor2d(weightsOf('text').get('positions.weight')!.data, [9, 8]);
  const places = table.slice([start, 0], [8, 8]);
  const swapped = (weight: tf.Tensor2D) => tf.gather(weight, [1, 0, 2, 3, 4, 5, 6, 7]);
  const gelu = {
    erf: (x: tf.Tensor) => x.mul(0.5).mul(tf.erf(x.div(Math.SQRT2)).add(1)),
    tanh: (x: tf.Tensor) => x.mul(0.5).mul(tf.tanh(x.add(x.pow(3).mul(0.044715)).mul(Math.sqrt(2 / Math.PI))).add(1)),
  };
  const epsilon = fault === 'eps3' ? 1e-3 : fault === 'eps5' ? 2e-5 : 1e-5;
  const through = (x: tf.SymbolicTensor, ...layers: tf.layers.Layer[]) =>
    layers.reduce((y, layer) => layer.apply(y) as tf.SymbolicTensor, x);
  const x = through(
    ids,
    embedding('text', 'embed'),
    new Lambda('positions', (rows) => rows.add(places)),
    dense('text', 'fc1', (weight) => (fault === 'transposed' ? weight.transpose() : weight)),
    new Lambda('gelu', gelu[fault === 'tanh' ? 'tanh' : 'erf']),
  );
  const attended = through(x, new Attention(fault));
  const y = through(
    tf.layers.add({ name: 'sum' }).apply([x, attended]) as tf.SymbolicTensor,
    new Lambda('small', (sum) => sum.mul(0.01)),
    layerNorm('text', epsilon, [8, 8]),
    dense('text', 'fc2', (weight) => (fault === 'row' ? (swapped(weight) as tf.Tensor2D) : weight)),
    new Lambda('tanh', (z) => z.tanh()),
    dense('text', 'fc3', undefined, fault !== 'bias'),
  );
  return tf.model({ inputs: ids, outputs: y });
}

const STEPS = 5;

/** Writes the keys and values of one step into its place. With the fault, those of step 3 are lost. */
class Cache extends tf.layers.Layer {
  static className: string = 'Cache';
  readonly isStale: boolean;
  constructor(isStale: boolean) {
    super({ name: 'cache' });
    this.isStale = isStale;
  }
  override call(inputs: tf.Tensor | tf.Tensor[], { place }: { place: number }): tf.Tensor {
    const [past, fresh] = inputs as tf.Tensor[];
    const here = tf.oneHot(tf.tensor1d([this.isStale && place === 3 ? -1 : place], 'int32'), STEPS);
    return past!.add(fresh!.expandDims(1).mul(here.cast('float32').reshape([1, STEPS, 1])));
  }
}

/** One query to the keys of all steps so far. */
class Attend extends tf.layers.Layer {
  static className: string = 'Attend';
  override call(inputs: tf.Tensor | tf.Tensor[], { place }: { place: number }): tf.Tensor {
    const [query, cache] = inputs as tf.Tensor[];
    const [keys, values] = tf.split(cache!, 2, -1);
    const scores = query!.expandDims(1).mul(keys!).sum(-1).div(Math.sqrt(8));
    const unseen = tf.range(0, STEPS).greater(place).cast('float32').mul(-1e4);
    return tf.softmax(scores.add(unseen)).expandDims(-1).mul(values!).sum(1);
  }
}

class Step extends Composite {
  static override className: string = 'Step';
  embed: tf.layers.Layer = embedding('decoder', 'step.embed');
  qkv: tf.layers.Layer = dense('decoder', 'step.qkv');
  cache: tf.layers.Layer;
  attend: tf.layers.Layer = new Attend({ name: 'attend' });
  out: tf.layers.Layer = dense('decoder', 'step.out');

  constructor(fault: string | undefined) {
    super({ name: 'step' });
    this.cache = new Cache(fault === 'stale');
  }

  override call(inputs: tf.Tensor | tf.Tensor[], options: { place: number }): tf.Tensor[] {
    const [token, past] = inputs as tf.Tensor[];
    const [query, keys, values] = tf.split(this.run(this.qkv, this.run(this.embed, token!)), 3, -1);
    const cache = this.run(this.cache, [past!, tf.concat([keys!, values!], -1)], options);
    return [this.run(this.out, this.run(this.attend, [query!, cache], options)), cache];
  }
}

class Decoder extends tf.layers.Layer {
  static className: string = 'Decoder';
  step: tf.layers.Layer;

  constructor(fault: string | undefined) {
    super({ name: 'decoder', batchInputShape: [null, STEPS], dtype: 'int32' });
    this.step = new Step(fault);
  }

  override computeOutputShape([batch]: number[]): tf.Shape {
    return [batch!, STEPS, 8];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const ids = first(inputs);
    let cache: tf.Tensor = tf.zeros([ids.shape[0]!, STEPS, 16]);
    const logits = Array.from({ length: STEPS }, (_, place) => {
      const token = ids.slice([0, place], [-1, 1]).squeeze([1]);
      const [y, written] = this.step.apply([token, cache], { place } as never) as tf.Tensor[];
      cache = written!;
      return y!;
    });
    return tf.stack(logits, 1);
  }
}

/** Its sums are beyond the largest float16. */
function overflowModel(): tf.LayersModel {
  const x = tf.input({ shape: [4] });
  const layers = [
    dense('overflow', 'fc1'),
    new Lambda('relu', (y) => y.relu()),
    dense('overflow', 'fc2'),
    layerNorm('overflow', 1e-5, [4]),
  ];
  const y = layers.reduce((z, layer) => layer.apply(z) as tf.SymbolicTensor, x);
  return tf.model({ inputs: x, outputs: y });
}

const MODELS: Readonly<Record<string, (fault?: string) => tf.LayersModel>> = {
  vision: visionModel,
  text: textModel,
  decoder: (fault) => tf.sequential({ layers: [new Decoder(fault)] }),
  overflow: overflowModel,
};

export const tfjsTwin = (model: string, fault?: string): tf.LayersModel => MODELS[model]!(fault);
