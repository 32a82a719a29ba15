// Every packaging of tfjs, in Node: the whole, its parts, the bundle of the script tag; and two copies together.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { runInThisContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadTfjsGraph, wrapTfjs } from '../../../adapters/tfjs/index.ts';
import { artifacts, branchingParts, passThroughGraph } from './graphs.ts';

const require = createRequire(import.meta.url);

/** Runs a build for the script tag. */
function scriptTag(file: string, change = (source: string) => source): typeof tf {
  const source = change(readFileSync(require.resolve(`@tensorflow/${file}`), 'utf8'));
  const exports = {};
  runInThisContext(`(function (exports, module, define, require) { ${source}\n})`)(
    exports,
    { exports },
    undefined,
    require,
  );
  return exports as typeof tf;
}

// Copies of tfjs share one engine, in which every weight has its own name.
let count = 0;

/** Tests hooks of a layer and a model, training and gradients. */
async function works(tfjs: typeof tf, namespace: unknown = tfjs): Promise<void> {
  tfjs.enableProdMode();
  await tfjs.setBackend('cpu');
  const [first, last] = [`first_${++count}`, `last_${count}`];
  const model = tfjs.sequential({
    layers: [
      tfjs.layers.dense({ name: first, units: 3, inputShape: [2], kernelInitializer: 'ones' }),
      tfjs.layers.dense({ name: last, units: 1, kernelInitializer: 'ones' }),
    ],
  });
  const net = wrapTfjs(namespace as typeof tf, model);
  const before = tfjs.memory().numTensors;
  const fired: string[] = [];
  const handles = [
    net.getSubmodule(first).registerForwardHook((_layer, _inputs, output) => output.mul(2)),
    net.observe(({ output }) => fired.push(`model ${output.dataSync()[0]}`)),
    net.getSubmodule(last).registerFullBackwardHook((_layer, [gradient]) => void fired.push(`${gradient!.shape}`)),
  ];
  const x = tfjs.ones([1, 2]);
  tfjs.dispose(model.predict(x));
  model.compile({ optimizer: tfjs.train.sgd(0), loss: 'meanSquaredError' });
  const y = tfjs.zeros([1, 1]);
  await model.fit(x, y, { verbose: 0 });
  // First layer: 2 for each unit, doubled; the last adds up three of them.
  assert.equal(fired, ['model 12', 'model 12', '1,3']);
  for (const handle of handles) handle.remove();
  assert.is((model.predict(x) as tf.Tensor).dataSync()[0], 6);
  assert.ok(tfjs.memory().numTensors - before < 8);
  assert.is(Object.hasOwn(model.layers[0]!, 'call'), false);
}

test('@tensorflow/tfjs', () => works(tf));

test('tfjs-core and tfjs-layers imported separately, core alone passed in', async () => {
  const core = require('@tensorflow/tfjs-core');
  const layers = require('@tensorflow/tfjs-layers');
  require('@tensorflow/tfjs-backend-cpu');
  await works({ ...core, ...layers, layers: layers.layers }, core);
  const model = layers.sequential({ layers: [layers.layers.dense({ units: 1, inputShape: [1] })] });
  assert.throws(
    () =>
      wrapTfjs(
        core,
        passThroughGraph((x) => x),
      ),
    /must have registerOp for a GraphModel\n.*tfjs-core and tfjs-converter/,
  );
  assert.is(String(wrapTfjs(core, model)), `Sequential(${model.name})`);
});

test('tf.min.js of the script tag, with minified names', () => works(scriptTag('tfjs/dist/tf.min.js')));

test('a namespace like that of tfjs-node, with the tensorflow backend', async () => {
  // tfjs-node is @tensorflow/tfjs with `node`, `io` and a synchronous backend named tensorflow.
  const calls: string[] = [];
  const tfnode = { ...tf, node: {}, getBackend: () => 'tensorflow' };
  const layer = tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'ones' });
  layer.build([null, 1]);
  const handle = wrapTfjs(tfnode, layer).log({ print: (line) => calls.push(line) });
  layer.apply(tf.ones([2, 1]));
  assert.match(calls[0]!, /\[2, 1\] mean 1.000/);
  handle.remove();
});

test('a tfjs with other private fields: wrapTfjs suggests loadTfjsGraph, and that works', async () => {
  for (const field of ['executor', 'compiledMap']) {
    const other = scriptTag('tfjs/dist/tf.min.js', (source) => source.replaceAll(`.${field}`, `.another_${field}`));
    await other.setBackend('cpu');
    const saved = artifacts(...branchingParts());
    const x = other.tensor1d([-1, 3]);
    const unreachable = await other.loadGraphModel(other.io.fromMemory(saved));
    assert.equal([...(unreachable.predict(x) as tf.Tensor).dataSync()], [9, 15]);
    assert.throws(
      () => wrapTfjs(other, unreachable),
      /layertap cannot reach the graph of a GraphModel that this tfjs has loaded\n {2}got: tfjs-converter 4\.22\.0\n {2}expected: a model that was loaded with loadTfjsGraph/,
    );
    const model = await loadTfjsGraph(other, other.io.fromMemory(saved));
    const node = wrapTfjs(other, model).getSubmodule('relu');
    const before = other.memory().numTensors;
    const handle = node.registerForwardHook((_node, _inputs, output) => output.add(1));
    const predict = () => {
      const output = model.predict(x) as tf.Tensor;
      const values = [...output.dataSync()];
      output.dispose();
      return values;
    };
    assert.equal(predict(), [17, 23]);
    handle.remove();
    assert.equal(predict(), [9, 15]);
    assert.is(other.memory().numTensors, before);
  }
});

test('two copies of tfjs in one process: an error that names both', () => {
  const other = scriptTag('tfjs/dist/tf.es2017.min.js');
  const model = other.sequential({
    name: 'foreign',
    layers: [other.layers.dense({ name: 'foreign_dense', units: 1, inputShape: [1] })],
  });
  assert.throws(
    () => wrapTfjs(tf, model as never),
    /Sequential foreign was made by another copy of tfjs\n {2}got: a model of tfjs-layers 4\.22\.0\n {2}expected: one of tfjs-layers 4\.22\.0, .*the same version, but another copy/,
  );
  const layer = other.layers.dense({ units: 1 });
  assert.throws(() => wrapTfjs(tf, layer as never), /a single layer does not tell/);
  assert.throws(
    () => wrapTfjs(other, tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] })),
    /another copy/,
  );
  assert.throws(
    () =>
      wrapTfjs(
        other,
        passThroughGraph((x) => x),
      ),
    /the GraphModel was made by another copy/,
  );
  assert.is(String(wrapTfjs(other, model)), 'Sequential(foreign)');
});

test.run();
