// Pairs without a fault: the same model computed in two ways passes, in either direction. Kernels of layertap: kernels.test.ts.
import { readFileSync } from 'node:fs';
import ort from 'onnxruntime-node';
import web from 'onnxruntime-web';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  createOnnx,
  type OnnxModel,
  type OnnxRuntime,
  type OnnxSessionOptions,
  type OnnxTensor,
} from '../../adapters/onnx/index.ts';
import { type Comparison, compare, record } from '../../src/inspect/index.ts';
import { factsOf, feedsOf, pathOf } from '../adapters/onnx/load.ts';
import { firstInput, folder, largest } from './pytorch.ts';

web.env.wasm.numThreads = 1;

interface Side {
  readonly file: URL | string;
  readonly runtime?: typeof ort | typeof web;
  readonly options?: OnnxSessionOptions;
}

const open = ({ file, runtime = ort, options = {} }: Side): Promise<OnnxModel> =>
  createOnnx(runtime as OnnxRuntime<OnnxTensor>, readFileSync(file), { sessionOptions: options }) as Promise<OnnxModel>;

const fed = (input: ort.Tensor, { runtime = ort }: Side) => {
  const Tensor = runtime.Tensor as typeof ort.Tensor;
  return { x: new Tensor(input.type as 'float32', input.data as Float32Array, input.dims) };
};

/** Compares one side with a recording of the other, and the other way round. */
async function bothWays(input: ort.Tensor, one: Side, other: Side): Promise<Comparison[]> {
  const found: Comparison[] = [];
  for (const [a, b] of [
    [one, other],
    [other, one],
  ] as const) {
    const [reference, net] = [await open(a), await open(b)];
    const recording = await record(reference, [fed(input, a)], { parameters: true });
    found.push(await compare(net, recording, [fed(input, b)]));
    await reference.release();
    await net.release();
  }
  return found;
}

/** Calibrated: no pair needs more than a fifth of the tolerance. */
function passes(name: string, comparisons: readonly Comparison[], verdict: Comparison['verdict'] = 'PASS'): void {
  for (const comparison of comparisons) {
    assert.is(comparison.verdict, verdict, `${name}: ${comparison}`);
    assert.ok(comparison.coverage >= 0.8, `${name}: ${comparison.coverage}`);
    assert.ok(largest(comparison) < 0.2, `${name}: ${largest(comparison)} of the tolerance`);
  }
}

const fixture = (name: string) => new URL(`${name}.onnx`, folder);

test('onnxruntime-node and onnxruntime-web, on WebAssembly', async () => {
  for (const name of ['vision', 'text', 'decoder']) {
    const file = fixture(name);
    passes(name, await bothWays(firstInput(name), { file }, { file, runtime: web }));
  }
});

test('a graph with all optimizations and one with none', async () => {
  for (const name of ['vision', 'text', 'decoder']) {
    const side = (graphOptimizationLevel: 'disabled' | 'all') => ({
      file: fixture(name),
      options: { graphOptimizationLevel },
    });
    passes(name, await bothWays(firstInput(name), side('disabled'), side('all')));
  }
});

test('one thread and two', async () => {
  for (const name of ['vision', 'text', 'decoder']) {
    const side = (intraOpNumThreads: number) => ({ file: fixture(name), options: { intraOpNumThreads } });
    passes(name, await bothWays(firstInput(name), side(1), side(2)));
  }
});

test('float32 and float16', async () => {
  // Where JavaScript has an array for float16, onnxruntime-node 1.30 takes no such tensors as inputs.
  const runtime = 'Float16Array' in globalThis ? web : ort;
  const [single, half] = [
    { file: fixture('text'), runtime },
    { file: fixture('text.half'), runtime },
  ];
  const comparisons = await bothWays(firstInput('text'), single, half);
  passes('text', comparisons, 'PASS_WITH_TOLERANCE');
  for (const { why } of comparisons) assert.match(why.join(), /compared with the tolerance of float16/);
});

test('files of the two exporters of PyTorch', async () => {
  for (const name of ['mlp', 'encoder', 'recurrent']) {
    const inputs = feedsOf(factsOf(name));
    const run = (net: OnnxModel) => net(inputs as never);
    const [legacy, dynamo] = [
      await open({ file: pathOf(`${name}.legacy`) }),
      await open({ file: pathOf(`${name}.dynamo`) }),
    ];
    passes(name, [await compare(legacy, dynamo, run), await compare(dynamo, legacy, run)]);
    await legacy.release();
    await dynamo.release();
  }
});

test('a batch of one and one of eight', async () => {
  const net = await open({ file: fixture('cnn.unfolded') });
  const values = Float32Array.from({ length: 8 * 36 }, (_, i) => Math.sin(i * i));
  const one = await record(net, [{ x: new ort.Tensor('float32', values.slice(0, 36), [1, 1, 6, 6]) }], {
    parameters: true,
  });
  passes('cnn', [await compare(net, one, [{ x: new ort.Tensor('float32', values, [8, 1, 6, 6]) }])]);
  await net.release();
});

test('normalizations of their own, and folded into the convolutions before them', async () => {
  const [unfolded, folded] = [{ file: fixture('cnn.unfolded') }, { file: pathOf('cnn.legacy') }];
  const input = feedsOf(factsOf('cnn')).x!;
  const comparisons = await bothWays(input, unfolded, folded);
  passes('cnn', comparisons);
  assert.equal(
    comparisons[0]!.missing.map(({ path, heldBy }) => [path, heldBy]),
    [0, 1].map((i) => [`blocks.${i}.bn1`, `blocks.${i}.conv1`]),
  );
});

test('in a loop rounding grows from turn to turn: that is no fault, and where it grows much, it is said', async () => {
  const [net, near] = [await open({ file: fixture('loop') }), await open({ file: fixture('loop.near') })];
  const x = new ort.Tensor(
    'float32',
    Float32Array.from({ length: 16 }, (_, i) => Math.sin(i * i)),
    [2, 8],
  );
  const compared = async (gain: number) => {
    const feeds = { x, gain: new ort.Tensor('float32', [gain], []) };
    return compare(near, await record(net, [feeds]), [feeds]);
  };
  assert.is((await compared(0.5)).verdict, 'PASS');
  for (const [gain, verdict, why] of [
    [2.5, 'PASS_WITH_TOLERANCE', /they grow where nothing replaces values, as inside a loop/],
    [4, 'INCONCLUSIVE', /the error grows .* nothing replaces values there, as inside a loop, so it may be rounding/],
  ] as const) {
    const comparison = await compared(gain);
    assert.is(comparison.verdict, verdict, `${gain}: ${comparison}`);
    assert.match(comparison.why.join(), why);
  }
  await net.release();
  await near.release();
});

test.run();
