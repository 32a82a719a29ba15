// Faults in ONNX files of PyTorch models, found with recordings that PyTorch's own forward hooks made.
import ort from 'onnxruntime-node';
import web from 'onnxruntime-web';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx } from '../../adapters/onnx/index.ts';
import { listHooks } from '../../src/index.ts';
import { compare, type RecordedInput, record } from '../../src/inspect/index.ts';
import { decodeRecording } from '../../src/inspect/recording-file.ts';
import { readSafetensors } from '../../src/safetensors/index.ts';
import { beyond, compareOnnx, effect, faults, firstInput, folder, largest, recordingOf } from './pytorch.ts';

const fixture = (name: string) => new URL(`../fixtures/onnx/${name}.onnx`, import.meta.url);

/** Where code of a module, not a module, is at fault, the modules on both sides. */
const BETWEEN: Readonly<Record<string, readonly [string, string]>> = {
  relu: ['bn', 'wide'],
  heads: ['attn.qkv', 'attn.out'],
  sqrt: ['attn.qkv', 'attn.out'],
  mask: ['attn.qkv', 'attn.out'],
};

test('ONNX files without a fault pass', async () => {
  for (const name of ['vision', 'text', 'decoder']) {
    const comparison = await compareOnnx(new URL(`${name}.onnx`, folder), name);
    assert.is(comparison.verdict, 'PASS', String(comparison));
    assert.is(comparison.mode, 'locked');
    assert.is(comparison.coverage, 1);
    assert.ok(largest(comparison) < 0.2, `${name}: ${largest(comparison)} of the tolerance`);
  }
});

for (const [fault, [model, path]] of Object.entries(faults)) {
  test(`the fault "${fault}" in an ONNX file is found at ${path}`, async () => {
    const comparison = await compareOnnx(new URL(`${model}.${fault}.onnx`, folder), model);
    assert.is(comparison.verdict, 'FAIL', String(comparison));
    const between = BETWEEN[fault];
    assert.is(comparison.first?.path, between === undefined ? path : undefined, String(comparison));
    assert.equal(comparison.between, between);
    // The exporter leaves no trace of an Identity: its place is the code of the model.
    if (fault === 'relu') assert.match(comparison.why.join(), /a has "act" \(ReLU\) there, b has not/);
    if (between !== undefined) assert.is(comparison.inside, fault === 'relu' ? '' : path);
    // The other modules ran with the right values.
    if (between === undefined) assert.equal(beyond(comparison), [path]);
    if (fault === 'stale') assert.is(comparison.first!.call, 3);
    assert.ok(effect(comparison) >= 50, `${effect(comparison)} times the tolerance`);
  });
}

test('parameters: true reads weights from the file, large ones and transposed ones too, and gives the norms of PyTorch', async () => {
  const normsOf = (bytes: Uint8Array) => {
    const { parameters, tensors } = decodeRecording('test', bytes);
    return [...parameters].map(([path, { rows, length }]) => {
      const norms = [...(tensors.get(rows)!.data as Float32Array)].map((norm) => norm.toPrecision(5));
      return [path, length, ...norms] as const;
    });
  };
  for (const model of ['vision', 'text']) {
    const net = await createOnnx(ort, new URL(`${model}.onnx`, folder));
    const found = normsOf(await record(net, [{ x: firstInput(model) }], { parameters: true }));
    await net.release();
    // Nodes have weights, so their names follow the module's.
    const modules = new Map(found.map(([path, ...norms]) => [path.replace(/\.(Conv|Gemm|MatMul)$/, ''), norms]));
    for (const [path, ...norms] of normsOf(recordingOf(model))) {
      if (!/embed|positions|stem/.test(path)) assert.equal(modules.get(path), norms, path);
    }
  }
});

test('two recordings name the faults too, but for a small one that may be rounding', async () => {
  const recorded = async (file: string, model: string): Promise<Uint8Array> => {
    const net = await createOnnx(ort, new URL(file, folder));
    try {
      return await record(net, [{ x: firstInput(model) }]);
    } finally {
      await net.release();
    }
  };
  for (const model of ['vision', 'text', 'decoder']) {
    assert.is((await compare(recordingOf(model), await recorded(`${model}.onnx`, model))).verdict, 'PASS');
  }
  for (const [fault, [model, path]] of Object.entries(faults)) {
    const comparison = await compare(recordingOf(model), await recorded(`${model}.${fault}.onnx`, model));
    const { verdict, first, between, why } = comparison;
    assert.is(comparison.mode, 'free');
    if (fault === 'tanh') {
      assert.is(verdict, 'INCONCLUSIVE');
      assert.match(why[0]!, /grows 57 times at "gelu" .* A locked run can: .*layertap diff/);
      continue;
    }
    assert.is(verdict, 'FAIL', String(comparison));
    assert.equal(between, BETWEEN[fault]);
    if (between === undefined) assert.is(first!.path, path);
  }
});

test('a loop in JavaScript around a file of one step is locked in every run, and the step with a stale cache is found', async () => {
  const net = await createOnnx(ort, new URL('decoder.step.onnx', folder));
  const decode =
    (isStale: boolean) =>
    async (model: typeof net, [ids]: readonly RecordedInput[]) => {
      const tokens = ids!.data as BigInt64Array;
      const caches: ort.Tensor[] = [new ort.Tensor('float32', new Float32Array(2 * 5 * 16), [2, 5, 16])];
      for (let place = 0; place < 5; place++) {
        const { cache } = await model({
          token: new ort.Tensor('int64', BigInt64Array.of(tokens[place]!, tokens[5 + place]!), [2]),
          past: caches[isStale && place === 3 ? place - 1 : place]!,
          place: new ort.Tensor('int64', BigInt64Array.of(BigInt(place)), [1]),
        });
        caches.push(cache as ort.Tensor);
      }
    };
  const right = await compare(net, recordingOf('decoder'), decode(false));
  assert.is(right.verdict, 'PASS', String(right));
  assert.is(right.coverage, 1);
  assert.ok(largest(right) < 0.2, `${largest(right)} of the tolerance`);
  const stale = await compare(net, recordingOf('decoder'), decode(true));
  assert.is(stale.verdict, 'FAIL', String(stale));
  assert.equal([stale.between, stale.inside], [['step', 'step'], '']);
  assert.match(
    stale.why[0]!,
    /^the difference arises between call 2 of "step" and call 3 of "step", in the code of the model/,
  );
  assert.equal(beyond(stale), []);
  assert.equal(listHooks(net), []);
  await net.release();
});

test('files of both exporters pass, folded normalizations included', async () => {
  const { warn } = console;
  console.warn = () => {};
  try {
    for (const exporter of ['legacy', 'dynamo']) {
      for (const name of ['mlp', 'cnn', 'encoder', 'recurrent']) {
        const comparison = await compareOnnx(fixture(`${name}.${exporter}`), name);
        assert.is(comparison.verdict, 'PASS', `${name}.${exporter}: ${comparison}`);
        assert.ok(largest(comparison) < 0.2, `${name}.${exporter}: ${largest(comparison)} of the tolerance`);
        if (name !== 'cnn') continue;
        const folded = exporter === 'legacy' ? ['bn1', 'conv1'] : ['conv1', 'bn1'];
        assert.equal(
          comparison.missing.map((call) => [call.path, call.heldBy]),
          [0, 1].map((block) => folded.map((module) => `blocks.${block}.${module}`)),
        );
      }
    }
  } finally {
    console.warn = warn;
  }
});

test('a model in float16 passes against float32, and an overflow is found where it happens', async () => {
  // Where JavaScript has an array for float16, onnxruntime-node 1.30 takes no such tensors as inputs.
  const runtime = 'Float16Array' in globalThis ? (web as unknown as typeof ort) : ort;
  web.env.wasm.numThreads = 1;
  const ids = ({ data, shape }: RecordedInput) => new runtime.Tensor('int64', data as BigInt64Array, shape);
  const half = await compareOnnx(new URL('text.half.onnx', folder), 'text', { runtime, toTensor: ids });
  assert.is(half.verdict, 'PASS_WITH_TOLERANCE', String(half));
  assert.match(half.why.join(), /outputs are float16 in b and float32 in a: compared with the tolerance of float16/);
  const { bytes } = readSafetensors(recordingOf('overflow.x')).get('x')!;
  const toTensor = ({ shape }: RecordedInput) =>
    new runtime.Tensor('float16', new Uint16Array(bytes.slice().buffer) as never, shape);
  const overflow = await compareOnnx(new URL('overflow.half.onnx', folder), 'overflow', { runtime, toTensor });
  assert.is(overflow.verdict, 'FAIL', String(overflow));
  assert.is(overflow.first!.path, 'fc2', String(overflow));
  assert.match(overflow.why[0]!, /Infinity instead of /);
});

test.run();
