// Runs in the page: three models, with and without cards of their layers. `measure` runs one of them for a while.
import { Linear, Module, rand, relu, select } from '../../dist/index.js';
import { liveSource, mountActivation } from '../../dist/viewer.js';

class Digits extends Module {
  fc1 = new Linear(64, 32);
  fc2 = new Linear(32, 16);
  fc3 = new Linear(16, 10);
  forward(x) {
    return this.fc3(relu(this.fc2(relu(this.fc1(x)))));
  }
}

/** The digits network: `run` is one forward, `layers` are shown. */
async function digits() {
  const net = new Digits();
  const x = rand(1, 64);
  return { hooks: net, layers: ['fc1', 'fc2', 'fc3'], run: () => net(x) };
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
  return {
    hooks: wrapTfjs(tf, model),
    layers: ['conv1', 'pool1', 'conv2', 'scores'],
    run: () => tf.tidy(() => void model.predict(x)),
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

const MODELS = { digits, cnn, bert };
const loaded = {};

/** One mounted card for each layer; counts the outputs that it takes. */
function watch({ hooks, layers, options = {} }) {
  const counts = layers.map(() => 0);
  const handles = layers.map((path, i) => {
    const live = liveSource(select(hooks, path), options);
    const source = {
      name: path,
      connect(listener) {
        const { activations } = listener;
        const take = activations.take.bind(activations);
        activations.take = (activation) => {
          counts[i]++;
          return take(activation);
        };
        return live.connect(listener);
      },
    };
    const box = document.createElement('div');
    Object.assign(box.style, { width: '400px', height: '280px', display: 'inline-block' });
    document.body.append(box);
    return [mountActivation(box, source), box];
  });
  return {
    counts,
    stop() {
      for (const [handle, box] of handles) {
        handle.remove();
        box.remove();
      }
    },
  };
}

const nextTask = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });

/** Without a pause for as long as this, in milliseconds: then the browser draws. */
const TURN = 4;

/**
 * Runs a model.
 * @param rate how many forwards a second are wanted; Infinity for as many as go
 * @returns forwards, frames and outputs taken by each card, in a second
 */
globalThis.measure = async ({ name, rate, watched, milliseconds }) => {
  loaded[name] ??= await MODELS[name]();
  const model = loaded[name];
  const cards = watched ? watch(model) : undefined;
  let frames = 0;
  let running = true;
  const count = () => {
    frames++;
    if (running) requestAnimationFrame(count);
  };
  // The cards are loaded, and the code becomes warm.
  for (const end = performance.now() + 500; performance.now() < end; await nextTask()) await model.run();
  cards?.counts.fill(0);
  requestAnimationFrame(count);
  let forwards = 0;
  const start = performance.now();
  let now = start;
  while (now - start < milliseconds) {
    const turn = now;
    while (now - turn < TURN && now - start >= (forwards * 1000) / rate) {
      const result = model.run();
      if (typeof result?.then === 'function') await result;
      forwards++;
      now = performance.now();
    }
    await nextTask();
    now = performance.now();
  }
  running = false;
  const seconds = (now - start) / 1000;
  const taken = (cards?.counts ?? []).map((outputs) => outputs / seconds);
  cards?.stop();
  return { rate: forwards / seconds, frames: frames / seconds, taken };
};
