// Models for the tests.
import * as tf from '@tensorflow/tfjs';
import { setWeights } from './tensors.ts';

const { layers } = tf;

/** A convolutional network of the usual layers. */
export function convolutional(): tf.Sequential {
  const model = tf.sequential({
    layers: [
      layers.conv2d({ name: 'conv', filters: 2, kernelSize: 3, activation: 'relu', inputShape: [8, 8, 1] }),
      layers.maxPooling2d({ name: 'pool', poolSize: 2 }),
      layers.batchNormalization({ name: 'bn' }),
      layers.flatten({ name: 'flatten' }),
      layers.dropout({ name: 'dropout', rate: 0.5 }),
      layers.dense({ name: 'dense', units: 3, activation: 'softmax' }),
    ],
  });
  setWeights(model);
  // A variance is not negative.
  const bn = model.getLayer('bn');
  bn.setWeights(bn.getWeights().map((weight) => weight.abs()));
  return model;
}

export function dense(...units: number[]): tf.Sequential {
  const model = tf.sequential();
  for (const [i, n] of units.slice(1).entries()) {
    model.add(layers.dense({ name: `dense_${i}`, units: n, ...(i === 0 && { inputShape: [units[0]!] }) }));
  }
  setWeights(model);
  return model;
}

/** Two inputs through one shared layer, and two outputs. */
export function shared(): tf.LayersModel {
  const [a, b] = [tf.input({ shape: [4], name: 'a' }), tf.input({ shape: [4], name: 'b' })];
  const tower = layers.dense({ name: 'tower', units: 3 });
  const joined = layers
    .concatenate({ name: 'joined' })
    .apply([tower.apply(a) as tf.SymbolicTensor, tower.apply(b) as tf.SymbolicTensor]) as tf.SymbolicTensor;
  const outputs = ['left', 'right'].map((name) => layers.dense({ name, units: 2 }).apply(joined) as tf.SymbolicTensor);
  const model = tf.model({ inputs: [a, b], outputs, name: 'shared' });
  setWeights(model);
  return model;
}
