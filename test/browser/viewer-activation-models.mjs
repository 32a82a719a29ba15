/** @file Three models for pages with activation cards: the digits network, a small CNN of TensorFlow.js, and a small BERT. */
import { Linear, Module, rand, relu } from '../../dist/index.js';

class Digits extends Module {
  fc1 = new Linear(64, 32);
  fc2 = new Linear(32, 16);
  fc3 = new Linear(16, 10);
  forward(x) {
    return this.fc3(relu(this.fc2(relu(this.fc1(x)))));
  }
}

/**
 * The digits network. Of each model: `run` is one forward, `layers` are shown, and `expected` gives all values of the
 * output of a layer for the input of `run`, computed without hooks.
 */
async function digits() {
  const net = new Digits();
  const x = rand(1, 64);
  const linear = (layer, input) =>
    Array.from(layer.bias.data, (bias, row) => {
      const weights = layer.weight.data.subarray(row * input.length, (row + 1) * input.length);
      return weights.reduce((sum, weight, i) => sum + weight * input[i], bias);
    });
  return {
    hooks: net,
    layers: ['fc1', 'fc2', 'fc3'],
    run: () => net(x),
    expected: () => linear(net.fc1, x.data),
  };
}

/** A network of two convolutions on images of 28 by 28 pixels. */
async function cnn() {
  const tf = await import('@tensorflow/tfjs');
  const { wrapTfjs } = await import('../../dist/adapters/tfjs.js');
  await tf.setBackend('cpu');
  await tf.ready();
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ name: 'conv1', filters: 8, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
      tf.layers.maxPooling2d({ name: 'pool1', poolSize: 2 }),
      tf.layers.conv2d({ name: 'conv2', filters: 16, kernelSize: 3, activation: 'relu' }),
      tf.layers.flatten(),
      tf.layers.dense({ name: 'scores', units: 10 }),
    ],
  });
  const x = tf.randomNormal([1, 28, 28, 1]);
  const first = tf.model({ inputs: model.inputs, outputs: model.getLayer('conv1').output });
  const values = tf.tidy(() => first.predict(x).dataSync());
  return {
    hooks: wrapTfjs(tf, model),
    layers: ['conv1', 'pool1', 'conv2', 'scores'],
    run: () => tf.tidy(() => void model.predict(x)),
    expected: () => [...values],
  };
}

/** The attention of two layers of the tests' BERT. */
async function bert() {
  const { env, pipeline } = await import('@huggingface/transformers');
  const ort = await import('onnxruntime-web/webgpu');
  const { recordSources, tokenLabels, wrapTransformers } = await import('../../dist/adapters/transformers.js');
  env.localModelPath = '/test/fixtures/transformers/';
  env.allowLocalModels = true;
  env.allowRemoteModels = false;
  env.backends.onnx.wasm.wasmPaths = '/node_modules/onnxruntime-web/dist/';
  const recording = recordSources(ort);
  const classify = await pipeline('text-classification', 'bert', { dtype: 'fp32', model_file_name: 'model' });
  recording.remove();
  const net = await wrapTransformers(classify);
  const { labels } = tokenLabels(net.session('model'), classify.tokenizer);
  return {
    hooks: net,
    layers: [0, 1].map((layer) => `model.bert.encoder.layer.${layer}.attention.self.Softmax`),
    run: () => classify('the big cat sat'),
    options: { layout: 'heads', labels },
  };
}

export const MODELS = { digits, cnn, bert };
