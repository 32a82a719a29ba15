// Every tool over the models of the contract suites, in every adapter.
import * as tf from '@tensorflow/tfjs';
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx, wrapOnnx } from '../../adapters/onnx/index.ts';
import { wrapTfjs } from '../../adapters/tfjs/index.ts';
import {
  attach,
  type Hookable,
  Linear,
  Module,
  ReLU,
  rand,
  Sequential,
  type Tensor,
  type TensorReader,
  tensor,
  tensorReader,
} from '../../src/index.ts';
import { bytesOf, EXPORTERS, factsOf, feedsOf, NAMES, sessionOf } from '../adapters/onnx/load.ts';
import { emotion, upscaler } from '../adapters/tfjs/load.ts';
import { convolutional, shared } from '../adapters/tfjs/models.ts';
import { holds } from './every-tool.ts';

tf.enableProdMode();
test.before(async () => {
  await tf.setBackend('cpu');
});

class Later extends Module {
  static override readonly async: boolean = true;
  fc: Linear = new Linear(3, 3);
  act: ReLU = new ReLU();
  override async forward(x: Tensor): Promise<Tensor> {
    return this.act(this.fc(this.fc(x)));
  }
}

test('modules of the core, synchronous and not', async () => {
  const x = rand(4, 3);
  const net = new Sequential(new Linear(3, 3), new ReLU(), new Sequential(new Linear(3, 2), new ReLU()));
  await holds({ name: 'Sequential', model: net, run: () => net(x), path: '1' });
  const later = new Later();
  await holds({ name: 'Later', model: later, run: () => later(x), path: 'fc' });
});

test('methods of any object, synchronous and not', async () => {
  const x = tensor([1, 2, 3]);
  const reader = tensorReader as TensorReader;
  const inner = { twice: (y: Tensor) => y.mul(2) };
  for (const isAsync of [false, true]) {
    const model = {
      run: isAsync ? async (y: Tensor) => inner.twice(inner.twice(y)) : (y: Tensor) => inner.twice(inner.twice(y)),
    };
    const twice = attach(inner, 'twice', { reader });
    const net = attach(model, 'run', { reader, async: isAsync, children: () => [['twice', twice]] });
    await holds({ name: `run, async ${isAsync}`, model: net, run: () => model.run(x), path: 'twice' });
    assert.equal(Object.keys(model), ['run']);
  }
});

test('layers and models of tfjs, whose tensors are freed', async () => {
  const model = convolutional();
  const x = tf.randomNormal([3, 8, 8, 1]);
  const [p, q] = [tf.ones([2, 4]), tf.zeros([2, 4])];
  const both = shared();
  const before = tf.memory().numTensors;
  const run = () => tf.tidy(() => void model.predict(x));
  await holds({ name: 'convolutional', model: wrapTfjs(tf, model), run, path: 'bn' });
  await holds({
    name: 'shared',
    model: wrapTfjs(tf, both),
    run: () => tf.tidy(() => void both.predict([p, q])),
    path: 'left',
    refused: { skip: /^skip\(\) must not change the shape/ },
  });
  assert.is(tf.memory().numTensors, before);
});

test('real models of tfjs: layers, and a graph', async () => {
  const layers = await upscaler();
  const image = tf.randomUniform([1, 12, 12, 3]);
  const net = wrapTfjs(tf, layers);
  const run = () => tf.tidy(() => void layers.predict(image));
  await holds({ name: 'upscaler', model: net, run, path: sameShape(net) });
  const graph = await emotion();
  const face = tf.randomUniform([1, 64, 64, 1]);
  const nodes = wrapTfjs(tf, graph);
  const path = [...nodes.namedModules()].find(([, module]) => /^Relu/.test(String(module)))![0];
  await holds({
    name: 'emotion',
    model: nodes,
    run: () => tf.tidy(() => void graph.predict(face)),
    path,
    refused: { profile: /^profile\(\): the node \S+ \(\w+\) has no pre-hooks/ },
  });
});

/** An activation. */
const sameShape = (net: Hookable) =>
  [...net.namedModules()].find(([, one]) => /^(Activation|ReLU)\(/.test(String(one)))![0];

test('every exported model, and a session that is wrapped', async () => {
  const { warn } = console;
  console.warn = () => {};
  try {
    for (const name of NAMES) {
      for (const exporter of EXPORTERS) {
        const bytes = bytesOf(`${name}.${exporter}`);
        const feeds = feedsOf(factsOf(name));
        const net = await createOnnx(ort, bytes);
        const path = [...net.namedModules()].find(([, node]) => /^(Relu|Tanh)\(/.test(String(node)))![0];
        await holds({ name: `${name}.${exporter}`, model: net, run: () => net(feeds), path });
        await net.release();
      }
    }
    const session = await sessionOf(bytesOf('mlp.legacy'));
    const net = await wrapOnnx(session, bytesOf('mlp.legacy'));
    const keys = Object.getOwnPropertyNames(session);
    await holds({
      name: 'a wrapped session',
      model: net,
      run: () => session.run(feedsOf(factsOf('mlp'))),
      path: 'act.Relu',
    });
    assert.equal(Object.getOwnPropertyNames(session), keys);
    await net.release();
    await session.release();
  } finally {
    console.warn = warn;
  }
});

test.run();
