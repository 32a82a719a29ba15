// record() and compare() over the models of the contract suites, in every adapter.
import * as tf from '@tensorflow/tfjs';
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx } from '../../adapters/onnx/index.ts';
import { wrapTfjs } from '../../adapters/tfjs/index.ts';
import { attach, type Hookable, listHooks, type TensorReader, tensor, tensorReader } from '../../src/index.ts';
import { compare, record } from '../../src/inspect/index.ts';
import { decodeRecording } from '../../src/inspect/recording-file.ts';
import { bytesOf, EXPORTERS, factsOf, feedsOf, NAMES } from '../adapters/onnx/load.ts';
import { emotion, upscaler } from '../adapters/tfjs/load.ts';
import { convolutional, shared } from '../adapters/tfjs/models.ts';

tf.enableProdMode();
test.before(async () => {
  await tf.setBackend('cpu');
});

/** Records a model, compares it with the recording, and looks for what is left. */
async function passes(name: string, model: Hookable, run: () => unknown): Promise<void> {
  const bytes = await record(model, run, { parameters: true });
  const { calls, complete } = decodeRecording(name, bytes);
  assert.ok(complete && calls.length > 0, name);
  const comparison = await compare(model, bytes, run);
  assert.is(comparison.verdict, 'PASS', `${name}: ${comparison}`);
  assert.is(comparison.coverage, 1, name);
  assert.match((await compare(bytes, bytes)).verdict, /^PASS/, name);
  assert.equal(listHooks(model), [], name);
}

test('every exported model', async () => {
  const { warn } = console;
  console.warn = () => {};
  try {
    for (const name of NAMES) {
      for (const exporter of EXPORTERS) {
        const net = await createOnnx(ort, bytesOf(`${name}.${exporter}`));
        await passes(`${name}.${exporter}`, net, () => net(feedsOf(factsOf(name))));
        await net.release();
      }
    }
  } finally {
    console.warn = warn;
  }
});

test('layers and models of tfjs, whose tensors are freed', async () => {
  const model = convolutional();
  const x = tf.randomNormal([3, 8, 8, 1]);
  const [p, q] = [tf.ones([2, 4]), tf.zeros([2, 4])];
  const both = shared();
  const before = tf.memory().numTensors;
  await passes('convolutional', wrapTfjs(tf, model), () => tf.tidy(() => void model.predict(x)));
  await passes('shared', wrapTfjs(tf, both), () => tf.tidy(() => void both.predict([p, q])));
  assert.is(tf.memory().numTensors, before);
});

test('real models of tfjs: layers, and a graph', async () => {
  const layers = await upscaler();
  const image = tf.randomUniform([1, 12, 12, 3]);
  await passes('upscaler', wrapTfjs(tf, layers), () => tf.tidy(() => void layers.predict(image)));
  const graph = await emotion();
  const face = tf.randomUniform([1, 64, 64, 1]);
  await passes('emotion', wrapTfjs(tf, graph), () => tf.tidy(() => void graph.predict(face)));
});

test('methods of any object, synchronous and not', async () => {
  const object = {
    twice: (x: { data: Float32Array }) => tensor(x.data.map((value) => 2 * value)),
    later: async (x: { data: Float32Array }) => tensor(x.data.map((value) => value + 1)),
  };
  const x = tensor([1, 2, 3]);
  const reader = tensorReader as TensorReader;
  for (const [name, async] of [
    ['twice', false],
    ['later', true],
  ] as const) {
    const method = attach(object, name, { reader, async });
    await passes(name, method as Hookable, () => object[name](x as never));
    assert.ok(!Object.hasOwn(object[name], 'forward'));
  }
});

test.run();
