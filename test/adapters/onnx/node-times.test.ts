// The times of nodes, by the profiler of ONNX Runtime.
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import ort from 'onnxruntime-node';
import web from 'onnxruntime-web';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx, wrapOnnx } from '../../../adapters/onnx/index.ts';
import { eventsOf } from '../../../adapters/onnx/node-times.ts';
import {
  type Chunks,
  inputField,
  joined,
  messageField,
  node,
  textField,
} from '../../../adapters/onnx/write-message.ts';
import { listHooks } from '../../../src/index.ts';
import { type Profile, profile } from '../../../src/inspect/index.ts';
import { rejection } from '../../fixtures/rejection.ts';
import { bytesOf, factsOf, feedsOf, pathOf, sessionOf } from './load.ts';

/** Profiles that the runtime writes are in folders of this name. */
const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('layertap-profile-'));

const rowOf = ({ modules }: Profile, path: string) => modules.find((row) => row.path === path)!;

/** A model of a Relu, a MatMul of its output with itself, and a Relu, with the names of the legacy exporter. */
function slowModel(): Uint8Array {
  const graph: Chunks = [
    ...node('Relu', ['x'], 'a', [], '/first/Relu'),
    ...node('MatMul', ['a', 'a'], 'b', [], '/slow/MatMul'),
    ...node('Relu', ['b'], 'y', [], '/last/Relu'),
    ...textField(2, 'graph'),
    ...inputField('x', 1, [undefined, undefined]),
    ...messageField(12, textField(1, 'y')),
  ];
  const opset = messageField(8, [Uint8Array.of(16, 13)]);
  return joined([Uint8Array.of(8, 8), ...opset, ...messageField(7, graph)]);
}

test('a planted slow node is named, by its module, with the total without the profiler', async () => {
  const net = await createOnnx(ort, slowModel());
  try {
    const size = 384;
    const x = new ort.Tensor('float32', new Float32Array(size * size).fill(0.5), [size, size]);
    const before = folders();
    const result = await profile(net, [{ x }], { runs: 2 });
    assert.equal(folders(), before);
    const nodes = result.modules.filter(({ path }) => path !== '');
    assert.equal(
      nodes.map(({ path, calls }) => [path, calls]),
      [
        ['first', 1],
        ['first.Relu', 1],
        ['slow', 1],
        ['slow.MatMul', 1],
        ['last', 1],
        ['last.Relu', 1],
      ],
    );
    const slow = rowOf(result, 'slow.MatMul');
    for (const { path, total } of nodes) if (!path.startsWith('slow')) assert.ok(total < slow.total, path);
    assert.is(rowOf(result, 'slow').total, slow.total);
    assert.is(rowOf(result, 'slow').own, 0);
    // Around the nodes is only what JavaScript and the runtime do.
    const all = nodes.reduce((sum, { own }) => sum + own!, 0);
    assert.ok(Math.abs(rowOf(result, '').own! + all - rowOf(result, '').total) < 1e-9);
    assert.ok(rowOf(result, '').total <= result.total && result.unhooked > 0);
    assert.match(String(result).split('\n')[1]!, /^(slow\.MatMul|\(the model\)) /);
  } finally {
    await net.release();
  }
});

test('fused nodes count as the one with the weights; the others have no calls', async () => {
  const { warn } = console;
  console.warn = () => {};
  for (const [name, timed, fused] of [
    ['mlp.legacy', ['fc1.Gemm', 'fc2.Gemm', 'fc3.Gemm'], ['act.Relu', 'act.Relu_1']],
    [
      'cnn.dynamo',
      ['stem.0.node_conv2d', 'blocks.0.bn1.node_Conv_17'],
      ['stem.1.node_relu', 'blocks.0.act.node_relu_1'],
    ],
    ['encoder.dynamo', ['encoder.layers.0.linear1.node_MatMul_112'], ['encoder.layers.0.linear1.node_linear_2']],
  ] as const) {
    const net = await createOnnx(ort, pathOf(name));
    try {
      const result = await profile(net, [feedsOf(factsOf(name.split('.')[0]!))], { runs: 1 });
      for (const path of timed) assert.is(rowOf(result, path).calls, 1, path);
      for (const path of fused) assert.is(rowOf(result, path).calls, 0, path);
    } finally {
      await net.release();
    }
  }
  console.warn = warn;
});

test('a wrapped session is as it was found, and tracks are written for the last run alone', async () => {
  const session = await sessionOf(bytesOf('mlp.legacy'));
  const keys = Object.getOwnPropertyNames(session);
  const net = await wrapOnnx(session, bytesOf('mlp.legacy'));
  const feeds = feedsOf(factsOf('mlp'));
  performance.clearMeasures();
  // Two runs of the session in one of the program: generate() does that.
  const run = async () => void [await session.run(feeds), await session.run(feeds)];
  const result = await profile(net, run, { runs: 3, tracks: true, select: 'fc2.Gemm' });
  const measures = performance.getEntriesByType('measure');
  performance.clearMeasures();
  assert.equal(
    result.modules.map(({ path, calls }) => [path, calls]),
    [['fc2.Gemm', 2]],
  );
  assert.equal(
    measures.map(({ name }) => name),
    ['fc2.Gemm', 'fc2.Gemm'],
  );
  assert.ok(measures[0]!.startTime + measures[0]!.duration <= measures[1]!.startTime);
  assert.equal(Object.getOwnPropertyNames(session), keys);
  assert.equal(listHooks(net), []);
  await net.release();
  await session.release();
});

test('entries of the profile: nodes inside a node, several runs, and what no node of the model stands for', () => {
  const [outer, inner] = [{}, {}];
  const session = (ts: number, dur: number) => ({ cat: 'Session', name: 'model_run', ts, dur });
  const entry = (name: string, ts: number, dur: number) => ({ cat: 'Node', name: `${name}_kernel_time`, ts, dur });
  const entries = [
    session(1000, 500),
    entry('loop', 1010, 400),
    entry('body', 1020, 100),
    entry('body', 1130, 100),
    { cat: 'Node', name: 'loop_fence_before', ts: 1009, dur: 1 },
    entry('unknown', 1411, 5),
    session(3000, 500),
    entry('loop', 3100, 50),
  ];
  const names = new Map([
    ['loop', outer],
    ['body', inner],
  ]);
  assert.equal(eventsOf(entries, [20, 70], names), [
    { module: outer, run: 0, start: 20.01, duration: 0.4, own: 0.2 },
    { module: inner, run: 0, start: 20.02, duration: 0.1, own: 0.1 },
    { module: inner, run: 0, start: 20.13, duration: 0.1, own: 0.1 },
    { module: outer, run: 1, start: 70.1, duration: 0.05, own: 0.05 },
  ]);
});

test('where it cannot be done the error says why, with nothing left', async () => {
  const feeds = feedsOf(factsOf('mlp'));
  const x = new web.Tensor('float32', feeds.x!.data as Float32Array, feeds.x!.dims);
  const page = await createOnnx(web, bytesOf('mlp.legacy'));
  const why =
    /^profile\(\): the nodes of an ONNX model are timed by the profiler of onnxruntime-node[\s\S]*got: onnxruntime-web, which prints to the console/;
  assert.match((await rejection(profile(page, [{ x }]))).message, why);
  assert.is((await profile(page, [{ x }], { select: (path) => path === '', runs: 1 })).modules.length, 1);
  await page.release();
  const net = await createOnnx(ort, bytesOf('mlp.legacy'));
  const before = folders();
  const handle = net.getSubmodule('fc1').observe(() => {});
  assert.match((await rejection(profile(net, [feeds]))).message, /while others have hooks on them: remove those first/);
  handle.remove();
  const thrown = await rejection(profile(net, [{ x: new ort.Tensor('float32', [1], [1]) }]));
  assert.match(thrown.message, /rank|dimension/i);
  assert.equal(folders(), before);
  assert.equal(listHooks(net), []);
  // It runs as before.
  await net(feeds);
  await net.release();
});

test.run();
