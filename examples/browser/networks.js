// The same network twice: as a Module of layertap, and as layers of TensorFlow.js. The weights were trained in PyTorch.
import * as tf from '@tensorflow/tfjs';
import { Linear, Module, relu, Tensor } from 'layertap';
import { wrapTfjs } from 'layertap/adapters/tfjs';
import { readSafetensors } from 'layertap/safetensors';

class Digits extends Module {
  fc1 = new Linear(64, 32);
  fc2 = new Linear(32, 16);
  fc3 = new Linear(16, 10);

  forward(x) {
    return this.fc3(relu(this.fc2(relu(this.fc1(x)))));
  }
}

async function read(name) {
  const response = await fetch(new URL(`../digits/data/${name}`, import.meta.url));
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return readSafetensors(await response.arrayBuffer());
}

/** Each: its modules as `hooks`, the `scores` of the ten digits for 64 pixels, and an output `scaled` by a factor. */
export async function loadNetworks() {
  // For three small layers the processor is faster than the transfer to a graphics card.
  await Promise.all([tf.setBackend('cpu'), tf.ready()]);
  const weights = await read('weights.safetensors');
  return { core: coreNetwork(weights), tfjs: tfjsNetwork(weights) };
}

function coreNetwork(weights) {
  const net = new Digits();
  net.loadStateDict(weights);
  return {
    hooks: net,
    scores: (pixels) => [...net(new Tensor(pixels, [1, 64])).data],
    scaled: (y, factor) => y.mul(factor),
  };
}

function tfjsNetwork(weights) {
  const dense = (name, units, more) => tf.layers.dense({ name, units, ...more });
  const model = tf.sequential({
    layers: [
      dense('fc1', 32, { inputShape: [64] }),
      tf.layers.reLU(),
      dense('fc2', 16),
      tf.layers.reLU(),
      dense('fc3', 10),
    ],
  });
  for (const name of ['fc1', 'fc2', 'fc3']) {
    const [weight, bias] = [weights.get(`${name}.weight`), weights.get(`${name}.bias`)];
    // PyTorch keeps a row for each output, TensorFlow a column.
    const kernel = tf.tensor(weight.data, weight.shape).transpose();
    model.getLayer(name).setWeights([kernel, tf.tensor(bias.data, bias.shape)]);
  }
  return {
    hooks: wrapTfjs(tf, model),
    scores: (pixels) => tf.tidy(() => [...model.predict(tf.tensor(pixels, [1, 64])).dataSync()]),
    scaled: (y, factor) => y.mul(factor),
  };
}

/** Digits of the test set, by label. */
export async function loadSamples() {
  const test = await read('test.safetensors');
  const [images, labels] = [test.get('images').data, test.get('labels').data];
  const samples = Array.from({ length: 10 }, () => []);
  labels.forEach((digit, i) => {
    samples[digit].push(images.slice(64 * i, 64 * (i + 1)));
  });
  return samples;
}
