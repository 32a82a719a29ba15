/** @file A convolutional network of TensorFlow.js that reads digits, with its feature maps. */
import type * as TensorFlow from '@tensorflow/tfjs';
import { type Handle, select } from 'layertap';
import { type TfjsLayer, wrapTfjs } from 'layertap/adapters/tfjs';
import { readSafetensors } from 'layertap/safetensors';
import { mountActivation } from 'layertap/viewer';

type Tf = typeof TensorFlow;

/** The feature maps of conv1. */
export const MAPS = 8;

/** @param weights the bytes of a .safetensors file, in TensorFlow's layout */
export function openFeatureMaps(tf: Tf, weights: ArrayBuffer): FeatureMaps {
  const convolution = (name: string, filters: number, more = {}) =>
    tf.layers.conv2d({ name, filters, kernelSize: 3, padding: 'same', ...more });
  const model = tf.sequential({
    layers: [
      convolution('conv1', MAPS, { inputShape: [8, 8, 1] }),
      tf.layers.reLU(),
      convolution('conv2', 16),
      tf.layers.reLU(),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      convolution('conv3', 16),
      tf.layers.reLU(),
      tf.layers.flatten(),
      tf.layers.dense({ name: 'dense', units: 10 }),
    ],
  });
  const tensors = readSafetensors(weights);
  for (const name of ['conv1', 'conv2', 'conv3', 'dense']) {
    const values = ['kernel', 'bias'].map((kind) => {
      const { data, shape } = tensors.get(`${name}.${kind}`)!;
      return tf.tensor(data as Float32Array, [...shape]);
    });
    model.getLayer(name).setWeights(values);
    tf.dispose(values);
  }
  return new FeatureMaps(tf, model);
}

export class FeatureMaps {
  readonly #tf: Tf;
  readonly #model: TensorFlow.Sequential;
  /** The layers by their paths. */
  readonly net: TfjsLayer<TensorFlow.Tensor>;
  /** A factor for each map of conv1: 0 switches it off. */
  readonly factors: number[] = Array.from({ length: MAPS }, () => 1);

  constructor(tf: Tf, model: TensorFlow.Sequential) {
    this.#tf = tf;
    this.#model = model;
    // #region change
    const net = wrapTfjs(tf, model);
    const conv1 = net.getSubmodule('conv1');
    conv1.registerForwardHook((_layer, _inputs, output) => tf.mul(output, this.factors));
    // #endregion change
    this.net = net;
  }

  /** @returns the scores of the ten digits, for 8 by 8 pixels from 0 to 1 */
  read(pixels: Float32Array): number[] {
    const tf = this.#tf;
    const scores = tf.tidy(() => this.#model.predict(tf.tensor(pixels, [1, 8, 8, 1])) as TensorFlow.Tensor);
    const read = [...scores.dataSync()];
    scores.dispose();
    return read;
  }

  /** Shows the feature maps. @param places an element for each layer, by its path */
  show(places: Readonly<Record<string, Element>>): readonly Handle[] {
    const { net } = this;
    // #region show
    return [...select(net, 'conv*')].map(([path, layer]) => mountActivation(places[path]!, layer));
    // #endregion show
  }
}
