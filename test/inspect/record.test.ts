import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  attach,
  type Hookable,
  Identity,
  Linear,
  listHooks,
  Module,
  ReLU,
  rand,
  Sequential,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { RecordingError, record } from '../../src/inspect/index.ts';
import { isTensorPart, sampleIndices, type TensorPart, tensorParts } from '../../src/inspect/recording.ts';
import { decodeRecording } from '../../src/inspect/recording-file.ts';
import { readSafetensors } from '../../src/safetensors/index.ts';
import { rejects } from '../fixtures/rejection.ts';
import { anyReader } from './readers.ts';

const decode = (bytes: Uint8Array) => decodeRecording('test', bytes);
class Twice extends Module {
  fc: Linear = new Linear(3, 3);
  head: Sequential = new Sequential(new Linear(3, 2), new ReLU());
  override forward(x: Tensor): Tensor {
    return this.head(this.fc(this.fc(x))) as Tensor;
  }
}

test('a recording has every call with its parent, in the order of starts, and each distinct tensor once', async () => {
  const net = new Twice();
  const x = rand(4, 3);
  const { calls, tensors, complete, framework } = decode(await record(net, [x]));
  assert.is(complete, true);
  assert.match(framework, /^layertap/);
  assert.equal(
    calls.map(({ path, kind, call, parent, start, end }) => [path, kind, call, parent, start, end]),
    [
      ['', 'Twice', 0, null, 0, 11],
      ['fc', 'Linear', 0, 0, 1, 2],
      ['fc', 'Linear', 1, 0, 3, 4],
      ['head', 'Sequential', 0, 0, 5, 10],
      ['head.0', 'Linear', 0, 3, 6, 7],
      ['head.1', 'ReLU', 0, 3, 8, 9],
    ],
  );
  const partOf = (index: number, side: 'inputs' | 'output') => tensorParts(calls[index]![side])[0]!;
  // The input of the model is that of its first layer; the output of a layer is the input of the next.
  assert.is(partOf(0, 'inputs').tensor, partOf(1, 'inputs').tensor);
  assert.is(partOf(1, 'output').tensor, partOf(2, 'inputs').tensor);
  assert.is(partOf(0, 'output').tensor, partOf(5, 'output').tensor);
  assert.equal(tensors.get(partOf(1, 'inputs').tensor)!.data, x.data);
  const first = net.fc(x);
  assert.equal(tensors.get(partOf(1, 'output').tensor)!.data, first.data);
  assert.equal(partOf(1, 'output').shape, [4, 3]);
  assert.is(
    tensors.size,
    new Set(calls.flatMap(({ inputs, output }) => [inputs, output].flatMap(tensorParts)).map((part) => part.tensor))
      .size,
  );
  assert.equal(listHooks(net), []);
});

test('a recording is a .safetensors file with t0, t1, … that any reader opens', async () => {
  const file = readSafetensors(await record(new ReLU(), [tensor([-1, 2])]));
  assert.equal([...file.keys()].sort(), ['t0', 't1']);
  assert.equal([...file.get('t1')!.data], [0, 2]);
});

test('tensors keep their type, and what is no tensor is text, numbers and booleans', async () => {
  const model = {
    run: () => ({
      half: { dtype: 'float16', shape: [2], data: Uint16Array.of(0x3c00, 0xfc00) },
      double: { dtype: 'float64', shape: [], data: Float64Array.of(0.1) },
      plain: { dtype: 'any', shape: [2], data: [1, 2.5] },
      wide: { dtype: 'int64', shape: [1], data: BigInt64Array.of(2n ** 60n) },
      truth: { dtype: 'bool', shape: [2], data: Uint8Array.of(7, 0) },
      name: 'x',
      list: [1, Number.NaN, null, true, undefined],
    }),
  };
  const { calls, tensors } = decode(await record(attach(model, 'run', { reader: anyReader }), []));
  const { fields } = calls[0]!.output as unknown as { fields: Record<string, TensorPart> };
  const stored = (name: string) => tensors.get(fields[name]!.tensor)!;
  assert.equal(
    ['half', 'double', 'plain', 'wide', 'truth'].map((name) => [fields[name]!.dtype, stored(name).dtype]),
    ['F16', 'F64', 'F64', 'I64', 'BOOL'].map((dtype) => [dtype, dtype]),
  );
  assert.equal(stored('half').data, Uint16Array.of(0x3c00, 0xfc00));
  assert.equal(stored('double').data, Float64Array.of(0.1));
  assert.equal(stored('wide').data, BigInt64Array.of(2n ** 60n));
  assert.equal(stored('truth').data, Uint8Array.of(1, 0));
  assert.equal(fields.name, { value: 'x' });
  assert.equal(fields.list, [
    { value: 1 },
    { value: 'the number NaN' },
    { value: null },
    { value: true },
    { value: 'undefined' },
  ]);
});

test('beyond the limit a tensor is kept as statistics of all its values and 4,096 samples', async () => {
  const x = rand(100, 100);
  const { calls, tensors } = decode(await record(new Identity(), [x], { limit: 30_000 }));
  const part = calls[0]!.output as TensorPart;
  assert.ok(isTensorPart(part));
  assert.equal(part.shape, [100, 100]);
  assert.is(part.statistics!.count, 10_000);
  const mean = x.data.reduce((sum, value) => sum + value, 0) / 10_000;
  assert.ok(Math.abs(part.statistics!.mean - mean) < 1e-6);
  const samples = tensors.get(part.tensor)!.data as Float32Array;
  assert.is(samples.length, 4096);
  assert.ok(samples.every((value) => x.data.includes(value)));
  // Of a small tensor the samples would be all values: it is kept whole.
  const small = decode(await record(new Identity(), [rand(4096)], { limit: 0 }));
  assert.is((small.calls[0]!.output as TensorPart).statistics, undefined);
  // The limit itself is not beyond it.
  const whole = decode(await record(new Identity(), [x], { limit: 40_000 }));
  assert.is((whole.calls[0]!.output as TensorPart).statistics, undefined);
});

test('samples are at the same places in all recordings, one in each stretch', () => {
  // Computed with Python's integers.
  const places = [...sampleIndices(10_000)];
  assert.equal([...places.slice(0, 8), ...places.slice(-4)], [0, 3, 4, 8, 10, 12, 16, 17, 9991, 9993, 9995, 9999]);
  assert.is(
    places.reduce((sum, place) => sum + place, 0),
    20_475_915,
  );
  assert.equal([...sampleIndices(3)], [0, 1, 2]);
  assert.equal([...sampleIndices(0)], []);
});

test('a call that throws has no end, and nothing that follows is inside it', async () => {
  class Fails extends Module {
    inner: Linear = new Linear(3, 3);
    #times = 0;
    override forward(x: Tensor): Tensor {
      if (this.#times++ === 0) throw new Error('not yet');
      return this.inner(x);
    }
  }
  class Retries extends Module {
    part: Fails = new Fails();
    override forward(x: Tensor): Tensor {
      try {
        return this.part(x);
      } catch {
        return this.part(x);
      }
    }
  }
  const { calls, complete } = decode(await record(new Retries(), [rand(2, 3)]));
  assert.is(complete, true);
  assert.equal(
    calls.map(({ path, call, parent, end }) => [path, call, parent, end]),
    [
      ['', 0, null, 6],
      ['part', 0, 0, null],
      ['part', 1, 0, 5],
      ['part.inner', 0, 2, 4],
    ],
  );
});

test('parameters: true adds the norm of each row of a weight', async () => {
  const layer = new Linear(3, 2);
  layer.weight.assign([3, 4, 0, 1, 2, 2]);
  const { parameters, tensors } = decode(await record(new Sequential(layer), [rand(1, 3)], { parameters: true }));
  const { rows, length } = parameters.get('0')!;
  assert.is(length, 3);
  assert.equal([...tensors.get(rows)!.data], [5, 3]);
});

test('a file is written whole or not at all, and a stream gets its bytes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'layertap-record-'));
  try {
    const net = new ReLU();
    const x = tensor([1, -1]);
    const bytes = await record(net, [x]);
    await record(net, [x], { to: join(folder, 'a.safetensors') });
    assert.equal(readdirSync(folder), ['a.safetensors']);
    assert.ok(readFileSync(join(folder, 'a.safetensors')).equals(bytes));
    const parts: Uint8Array[] = [];
    await record(net, [x], { to: new WritableStream({ write: (part: Uint8Array) => void parts.push(part) }) });
    assert.ok(Buffer.concat(parts).equals(bytes));
    await rejects(
      record(net, [x], { to: join(folder, 'none', 'a.safetensors') }),
      /a\.safetensors cannot be written: ENOENT/,
    );
    assert.equal(readdirSync(folder), ['a.safetensors']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

class Failing extends Module {
  override forward(): Tensor {
    throw new Error('no more');
  }
}

test('a model that throws leaves a file that says so, no hooks, and its error', async () => {
  const net = new Sequential(new ReLU(), new Failing(), new ReLU());
  const parts: Uint8Array[] = [];
  const to = new WritableStream<Uint8Array>({ write: (part) => void parts.push(part) });
  await rejects(record(net, [tensor([1])], { to }), /no more/);
  const { complete, error, calls } = decode(Buffer.concat(parts));
  assert.is(complete, false);
  assert.match(error!, /no more/);
  assert.equal(
    calls.map(({ path, end }) => [path, end !== null]),
    [
      ['', false],
      ['0', true],
      ['1', false],
    ],
  );
  assert.equal(listHooks(net), []);
});

class Hanging extends Module {
  static override readonly async: boolean = true;
  override forward(): Promise<Tensor> {
    return new Promise(() => {});
  }
}

test('a model that hangs is given up when the signal says so, and has no hooks then', async () => {
  const net = new Sequential(new Hanging());
  const controller = new AbortController();
  const recording = record(net, [tensor([1])], { signal: controller.signal });
  await Promise.resolve();
  assert.ok(listHooks(net).length > 0);
  controller.abort(new Error('enough'));
  await rejects(recording, /enough/);
  assert.equal(listHooks(net), []);
  await rejects(record(net, [tensor([1])], { signal: controller.signal }), /enough/);
});

test('record() refuses wrong arguments before the model runs', async () => {
  const net = new Sequential(new ReLU());
  let runs = 0;
  const run = () => void runs++;
  const wrong = (options: object) => record(net, run, options as { limit: number });
  await rejects(record({} as Hookable, run), /record\(\): the model must be a module, got an Object/, TypeError);
  await rejects(
    record(net, 3 as never),
    /the inputs must be an array, or a function that runs the model, got the number 3/,
    TypeError,
  );
  await rejects(wrong({ where: 1 }), /unknown option "where"/, TypeError);
  await rejects(wrong({ limit: -1 }), /option "limit" must be a number of bytes/, RangeError);
  await rejects(wrong({ to: 's3://bucket/x' }), /option "to" must be a path on this machine/, TypeError);
  await rejects(wrong({ to: 3 }), /option "to" must be a path or a file: URL, got the number 3/, TypeError);
  await rejects(wrong({ select: 'decoder' }), /decoder/);
  assert.is(runs, 0);
  assert.equal(listHooks(net), []);
});

test('a file that is torn, of the future or something else is a RecordingError that says so', async () => {
  const bytes = await record(new ReLU(), [tensor([1, -1])]);
  const refused = (file: Uint8Array, message: RegExp) =>
    assert.throws(
      () => decode(file),
      (error: unknown) => {
        assert.instance(error, RecordingError);
        assert.match((error as Error).message, message);
        return true;
      },
    );
  for (let length = 0; length < bytes.length; length += 7) refused(bytes.subarray(0, length), /cannot be read/);
  const edited = (from: string, to: string) =>
    Buffer.from(Buffer.from(bytes).toString('latin1').replace(from, to.padEnd(from.length)), 'latin1');
  refused(
    edited('\\"version\\":1', '\\"version\\":2'),
    /version must be 1, got the number 2: a newer layertap wrote it/,
  );
  refused(edited('\\"parent\\":null', '\\"parent\\":9999'), /calls\[0\]\.parent must be a whole number/);
  refused(edited('\\"tensor\\":\\"t1', '\\"tensor\\":\\"t7'), /no tensor "t7"/);
  refused(edited('layertap.recording', 'another.writer'), /no "layertap.recording"/);
});

test('10,000 calls are recorded and read', async () => {
  const relu = new ReLU();
  const bytes = await record(relu, (module) => {
    for (let i = 0; i < 10_000; i++) module(tensor([i]));
  });
  const { calls, tensors } = decode(bytes);
  assert.is(calls.length, 10_000);
  assert.is(tensors.size, 10_000);
  assert.is(calls.at(-1)!.call, 9_999);
});

test.run();
