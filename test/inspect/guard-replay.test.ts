// What guard() saves runs the module again, in a process of its own, to the same bits; other weights give other bits.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx } from '../../adapters/onnx/index.ts';
import { wrapTfjs } from '../../adapters/tfjs/index.ts';
import {
  type Hookable,
  Linear,
  listHooks,
  Module,
  manualSeed,
  ReLU,
  rand,
  Sequential,
  setReporter,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { type GuardFinding, type GuardOptions, guard } from '../../src/inspect/index.ts';
import { readSafetensorsMetadata } from '../../src/safetensors/index.ts';
import { bytesOf, factsOf, feedsOf, pathOf, tensorOf, type Written } from '../adapters/onnx/load.ts';
import { convolutional, dense } from '../adapters/tfjs/models.ts';
import { leaked, numbers } from '../adapters/tfjs/tensors.ts';
import { built } from '../built.ts';
import { fixtureJson } from '../fixtures/fixture.ts';
import { temporaryDirectory } from '../tensorboard/temporary.ts';

built('inspect.js');
const root = fileURLToPath(new URL('../..', import.meta.url));

/** A folder with the packages of a project that uses layertap. */
function project(): string {
  const folder = temporaryDirectory();
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/layertap'));
  for (const name of ['@tensorflow', 'onnxruntime-node', 'onnxruntime-web', 'onnxruntime-common']) {
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
  return folder;
}

/** Runs a model until the guard has found something, and waits for the files. */
async function saved(model: Hookable, run: () => unknown, options: GuardOptions): Promise<GuardFinding> {
  const found = await new Promise<GuardFinding>((resolve, reject) => {
    guard(model, { ...options, onFound: resolve });
    Promise.resolve(run()).catch(reject);
  });
  await found.saved;
  assert.equal(listHooks(model), []);
  return found;
}

/** With the same kernels: relaxed SIMD is behind a flag of Node 20. */
function replay(folder: string) {
  const flags = process.execArgv.filter((one) => one.includes('wasm'));
  const script = [...flags, join(folder, 'replay.mjs')];
  const { status, stdout, stderr } = spawnSync(process.execPath, script, { encoding: 'utf8' });
  return { status, lines: stdout.trim().split('\n'), stderr };
}

const digestIn = (folder: string): string =>
  JSON.parse(readSafetensorsMetadata(readFileSync(join(folder, 'call.safetensors'))).get('layertap.replay')!).digest;

/** Changes the bytes of a file, after the first place where some others are. */
function overwrite(file: string, before: Uint8Array, after: Uint8Array): void {
  const bytes = readFileSync(file);
  const at = bytes.indexOf(before);
  assert.ok(at >= 0, `${file} must have the weight`);
  bytes.set(after, at);
  writeFileSync(file, bytes);
}

const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

/** The script gives the saved bits; with one weight changed, others. */
function holds(folder: string, weights: string, weight: number, changed: number): void {
  const same = replay(folder);
  assert.is(same.status, 0, same.stderr);
  assert.match(same.lines[1]!, new RegExp(`^digest of its output ${digestIn(folder)}$`));
  assert.is(same.lines[2], 'the same bits as then');
  overwrite(join(folder, weights), floats(weight), floats(changed));
  const other = replay(folder);
  assert.is(other.status, 1, other.stderr);
  assert.match(other.lines[2]!, new RegExp(`^other bits than then: ${digestIn(folder)}, computed by .+Node\\.js v`));
}

test('a layer of the core, with its state dict', async () => {
  // The unit before the changed weight has to be above 0 in some row.
  manualSeed(0);
  const net = new Sequential(new Linear(3, 40), new ReLU(), new Linear(40, 2, { bias: false }));
  (net[2] as Linear).weight.data[7] = Number.NaN;
  // In the other row.
  (net[2] as Linear).weight.data[50] = 0.123456;
  const folder = project();
  const found = await saved(net, () => net(rand(20, 3)), { save: folder });
  assert.is(found.path, '2');
  assert.equal(
    readdirSync(folder).filter((name) => name !== 'node_modules'),
    ['call.safetensors', 'replay.mjs'],
  );
  holds(folder, 'call.safetensors', 0.123456, 0.2);
});

test('a nested Sequential that was selected', async () => {
  const inner = new Sequential(new Linear(3, 4), new ReLU(), new Sequential(new Linear(4, 4)));
  const net = new Sequential(inner);
  (inner[0] as Linear).weight.data[1] = 0.54321;
  (inner[0] as Linear).bias!.data[0] = 70_000;
  const folder = project();
  const x = tensor([[1, 2, 3]]);
  const found = await saved(net, () => net(x), { save: folder, select: '0', condition: () => 'asked for' });
  assert.equal([found.path, found.why], ['0', 'asked for']);
  holds(folder, 'call.safetensors', 0.54321, 0.6);
});

class Block extends Module {
  fc: Linear = new Linear(3, 3);
  scale: number;
  constructor(scale: number) {
    super();
    this.scale = scale;
  }
  override forward(x: Tensor, { factor }: { factor: number }): Tensor {
    return this.fc(x).mul(factor * this.scale);
  }
}

class Network extends Module {
  first: Block = new Block(2);
  override forward(x: Tensor): Tensor {
    return this.first(x, { factor: 3 });
  }
}

/** The same in a file of its own. */
const SOURCE = `
import { Linear, Module } from 'layertap';
class Block extends Module {
  fc = new Linear(3, 3);
  constructor(scale) {
    super();
    this.scale = scale;
  }
  forward(x, { factor }) {
    return this.fc(x).mul(factor * this.scale);
  }
}
export class Network extends Module {
  first = new Block(2);
  forward(x) {
    return this.first(x, { factor: 3 });
  }
}
`;

test('a class of the user, from the file that guard() was told', async () => {
  const folder = project();
  const file = join(folder, 'network.mjs');
  writeFileSync(file, SOURCE);
  const net = new Network();
  net.first.fc.weight.assign([0.75, 2, 3, 4, 5, 6, 7, 8, 9]);
  const condition = ({ path }: { path: string }) => path === 'first';
  const found = await saved(net, () => net(rand(2, 3)), { save: folder, source: file, condition });
  assert.equal([found.path, found.kind], ['first', 'Block']);
  holds(folder, 'call.safetensors', 0.75, 0.5);
  // Without the file the values are saved, and the promise says why there is no script.
  const alone = project();
  const reports: string[] = [];
  setReporter((error) => reports.push((error as Error).message));
  const error = await saved(net, () => net(rand(2, 3)), { save: alone, condition }).catch((thrown) => thrown);
  setReporter(undefined);
  assert.match(
    (error as Error).message,
    /^first cannot be run again: Block is a class of yours\n {2}expected: the option "source", a file whose default export is the model, its class or a function that makes it$/,
  );
  assert.match(reports[0]!, /^layertap: guard\(\): the saved files are not complete: first cannot be run again/);
  assert.equal(readdirSync(alone).sort(), ['call.safetensors', 'node_modules']);
});

test('a layer of tfjs, with its class, configuration and weights; nothing is leaked', async () => {
  const model = dense(4, 3, 2);
  model.getLayer('dense_1').setWeights([tf.tensor([1, 0.2345, 3, Number.NaN, 5, 6], [3, 2]), tf.tensor([0, 1])]);
  const net = wrapTfjs(tf, model);
  const folder = project();
  const x = numbers([2, 4]);
  assert.is(
    await leaked(async () => {
      const found = await saved(net, () => tf.tidy(() => void model.predict(x)), { save: folder });
      assert.is(found.path, 'dense_1');
    }),
    0,
  );
  // The NaN is in the other column.
  holds(folder, 'call.safetensors', 1, 2);
});

test('a convolution of tfjs, and a whole model that was selected', async () => {
  const model = convolutional();
  const net = wrapTfjs(tf, model);
  const x = numbers([1, 8, 8, 1]);
  const [kernel, bias] = model.getLayer('conv').getWeights();
  const changed = kernel!.dataSync().slice();
  changed[3] = 0.3456;
  model.getLayer('conv').setWeights([tf.tensor(changed, kernel!.shape), bias!]);
  for (const select of ['conv', /^$/]) {
    const folder = project();
    const options = { save: folder, select, condition: () => true };
    await saved(net, () => tf.tidy(() => void model.predict(x)), options);
    holds(folder, 'call.safetensors', 0.3456, 0.9);
  }
});

test('a node of an ONNX model, with its weights in a small model', async () => {
  for (const source of [pathOf('mlp.legacy'), bytesOf('mlp.legacy')]) {
    const net = await createOnnx(ort, source);
    try {
      const x = new ort.Tensor(
        'float32',
        Float32Array.from({ length: 15 }, (_, i) => (i === 14 ? Number.NaN : i)),
        [3, 5],
      );
      const folder = project();
      const found = await saved(net, () => net({ x }), { save: folder });
      assert.match(found.path, /^fc1/);
      assert.equal(readdirSync(folder).sort(), ['call.safetensors', 'model.onnx', 'node_modules', 'replay.mjs']);
      const script = readFileSync(join(folder, 'replay.mjs'), 'utf8').trim().split('\n');
      assert.ok(script.length <= 15, script.join('\n'));
      const weight = weightOf(join(folder, 'model.onnx'));
      holds(folder, 'model.onnx', weight, weight + 1);
    } finally {
      await net.release();
    }
  }
});

/** The first value of a weight of 5x7 values in a small file: the key of raw_data, and a length of 140. */
function weightOf(file: string): number {
  const bytes = readFileSync(file);
  return bytes.readFloatLE(bytes.indexOf(Buffer.of(0x4a, 0x8c, 0x01)) + 3);
}

test('modules of ONNX models: convolutions, an encoder, half precision, calls with several inputs', async () => {
  const { warn } = console;
  console.warn = () => {};
  try {
    for (const [name, select] of [
      ['cnn', 'blocks.0'],
      ['cnn', 'stem.0'],
      ['encoder', 'encoder.layers.0.self_attn'],
      ['encoder', '**.*MatMul_6'],
      ['half', 'fc1'],
      // Two calls of one module: the first is found.
      ['recurrent', 'shared'],
      ['recurrent', 'lstm.node_lstm__2'],
    ] as const) {
      const net = await createOnnx(ort, bytesOf(`${name}.dynamo`));
      const folder = project();
      try {
        const options = { save: folder, select, condition: () => true } as const;
        await saved(net, () => net(feedsOf(factsOf(name))), options);
        const { status, lines, stderr } = replay(folder);
        assert.is(status, 0, `${select} of ${name} ${lines.join('\n')} ${stderr}`);
      } finally {
        await net.release();
      }
    }
  } finally {
    console.warn = warn;
  }
});

test('weights that are in the file of the model, or in another one; nodes with graphs inside', async () => {
  const row = new ort.Tensor('float32', new Float32Array(64).fill(0.5), [1, 64]);
  const both = new ort.Tensor('float32', Float32Array.of(1, 2), [2]);
  const data = new Uint8Array(Float32Array.of(3, 4).buffer);
  const externalData = [{ path: 'outside.bin', data }];
  const control = fixtureJson<Record<string, { inputs: Written[] }[]>>('onnx/control/control.json');
  const inputsOf = (name: string, net: { inputNames: string[] }) =>
    Object.fromEntries(net.inputNames.map((input, i) => [input, tensorOf(control[name]![0]!.inputs[i]!)]));
  for (const [source, select, feeds, options] of [
    [pathOf('graphs/large'), 'project', { x: row }],
    [bytesOf('graphs/large'), 'project', { x: row }],
    [pathOf('graphs/outside'), 'scale', { x: both }],
    [bytesOf('graphs/outside'), 'scale', { x: both }, { sessionOptions: { externalData } }],
    [bytesOf('control/cond'), 'node_cond__0', 'cond'],
    [bytesOf('control/scan'), 'node_scan__1', 'scan'],
    [bytesOf('control/while'), 'node_while_loop__1', 'while'],
  ] as const) {
    const net = await createOnnx(ort, source, options);
    try {
      const folder = project();
      const run = () => net(typeof feeds === 'string' ? inputsOf(feeds, net) : (feeds as never));
      await saved(net, run, { save: folder, select, condition: () => true });
      const { status, lines, stderr } = replay(folder);
      assert.is(status, 0, `${select} ${lines.join('\n')} ${stderr}`);
      // Nothing of the model's other nodes, and no reference to a file of weights.
      const model = readFileSync(join(folder, 'model.onnx'));
      assert.not.ok(model.includes('outside.bin') || model.includes('layertap.weights'));
    } finally {
      await net.release();
    }
  }
});

test.run();
