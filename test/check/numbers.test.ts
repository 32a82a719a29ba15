import { createHash } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type NumericArray, readNumbers } from '../../src/check/index.ts';
import { attach, histogram, Parameter, statistics, summarize, type TensorReader, tensor } from '../../src/index.ts';
import { MemorySink, SummaryWriter } from '../../src/tensorboard/index.ts';
import { json } from '../safetensors/fixture.ts';

const read = (values: unknown, tensor?: unknown) =>
  Array.from(readNumbers('here', 'values', values, tensor) as number[]);

/** All values of a type of 16 bits. */
const patterns = (): Uint16Array => Uint16Array.from({ length: 65536 }, (_, i) => i);

/** A value of IEEE 754 in float64 arithmetic, from its parts. */
function ieee(sign: number, exponent: number, fraction: number, exponentBits: number, fractionBits: number): number {
  const bias = 2 ** (exponentBits - 1) - 1;
  const [one, unit] = [sign === 0 ? 1 : -1, 2 ** -fractionBits];
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? one * Infinity : NaN;
  if (exponent === 0) return one * fraction * unit * 2 ** (1 - bias);
  return one * (1 + fraction * unit) * 2 ** (exponent - bias);
}

test('readNumbers() decodes every float16', () => {
  const values = readNumbers('here', 'values', patterns(), { type: 'float16' });
  for (let bits = 0; bits < 65536; bits++) {
    const expected = ieee(bits >> 15, (bits >> 10) & 31, bits & 1023, 5, 10);
    assert.ok(Object.is(values[bits], expected), `${bits.toString(16)} is ${values[bits]}, not ${expected}`);
  }
});

test('readNumbers() decodes every bfloat16', () => {
  const values = readNumbers('here', 'values', patterns(), { dtype: 'torch.bfloat16' });
  for (let bits = 0; bits < 65536; bits++) {
    const expected = ieee(bits >> 15, (bits >> 7) & 255, bits & 127, 8, 7);
    assert.ok(Object.is(values[bits], expected), `${bits.toString(16)} is ${values[bits]}, not ${expected}`);
  }
});

for (const { dtype, sha256 } of json<{ dtype: 'F16' | 'BF16'; sha256: string }[]>('safetensors/halves.json')) {
  test(`readNumbers() decodes all 65,536 ${dtype} to the bits of PyTorch`, () => {
    const values = readNumbers('here', 'values', patterns(), { dtype }) as Float32Array;
    // One NaN for all of them, as in the fixture.
    const bits = new Uint32Array(values.buffer);
    for (let i = 0; i < bits.length; i++) if (Number.isNaN(values[i])) bits[i] = 0x7fc00000;
    assert.is(createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex'), sha256);
  });
}

test('readNumbers() knows the kinds by the names that frameworks give them', () => {
  const half = Uint16Array.of(0x3c00);
  for (const name of ['float16', 'F16', 'Float16', 'torch.float16', 'half', 'fp16']) {
    assert.equal(read(half, { type: name }), [1], name);
    assert.equal(read(half, { dtype: name }), [1], name);
  }
  for (const name of ['bfloat16', 'BF16', 'torch.bfloat16'])
    assert.equal(read(half, { dtype: name }), [0.0078125], name);
  // The dtype says more than a type, which may be the name of anything.
  assert.equal(read(half, { dtype: 'uint16', type: 'float16' }), [0x3c00]);
  for (const tensor of [{}, { type: 'activation' }, { type: 'conv2d' }, { type: 'constructor' }, { dtype: 7 }, []]) {
    assert.equal(read(half, tensor), [0x3c00], JSON.stringify(tensor));
  }
});

test('readNumbers() gives what needs no conversion as it is', () => {
  const makers = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array];
  for (const Maker of [...makers, Float32Array, Float64Array, Array]) {
    const values: NumericArray = Maker.of(1, 2);
    assert.is(readNumbers('here', 'values', values), values, Maker.name);
  }
  const float32 = Float32Array.of(1);
  for (const dtype of ['float32', 'float16', 'BF16', 'int64', 'bool']) {
    assert.is(readNumbers('here', 'values', float32, { dtype }), float32, dtype);
  }
  assert.equal(read(runInNewContext('new Float32Array([1, 2])')), [1, 2]);
});

test('readNumbers() rounds 64-bit integers to the nearest float64, ties to even', () => {
  // As C converts them, and so numpy's astype(float), through which PyTorch sends what it logs.
  const values = BigInt64Array.of(1n, -3n, 2n ** 53n + 1n, 2n ** 53n + 3n, 2n ** 63n - 1n, -(2n ** 63n));
  const expected = [1, -3, 2 ** 53, 2 ** 53 + 4, 2 ** 63, -(2 ** 63)];
  assert.equal(read(values), expected);
  assert.equal(read(values, { type: 'int64' }), expected);
  assert.equal(read([...values]), expected);
  assert.equal(read(BigUint64Array.of(2n ** 64n - 1n), { dtype: 'U64' }), [2 ** 64]);
});

test('readNumbers() reads booleans as 1 and 0', () => {
  assert.equal(read([true, false, true]), [1, 0, 1]);
  // Any byte that is not 0 is true; as 255 it would be a pixel.
  const values = readNumbers('here', 'values', Uint8Array.of(1, 0, 255), { type: 'bool' });
  assert.equal([...(values as Float32Array)], [1, 0, 1]);
  assert.instance(values, Float32Array);
  assert.equal(read(Uint8Array.of(1, 0, 255)), [1, 0, 255]);
});

test('readNumbers() refuses by their names the kinds that it cannot read', () => {
  const kinds = [
    'complex64',
    'complex128',
    'C64',
    'string',
    'int4',
    'uint4',
    'INT4',
    'float8_e4m3fn',
    'F8_E5M2',
    'q4_0',
  ];
  kinds.push(
    'torch.float8_e5m2',
    'torch.complex64',
    'qint8',
    'float4e2m1',
    'F4',
    'F6_E2M3',
    'bits8',
    'nf4',
    'float128',
  );
  for (const kind of kinds) {
    for (const data of [Float32Array.of(1), Uint8Array.of(1)]) {
      assert.throws(
        () => read(data, { dtype: kind }),
        (error: Error) =>
          error instanceof TypeError &&
          /^here: values must be of type float16, /.test(error.message) &&
          error.message.endsWith(`, got ${kind}`),
        kind,
      );
    }
  }
});

test('readNumbers() refuses an array of another class than its element type: its bits would pass for numbers', () => {
  const cases: [kind: string, values: NumericArray, expected: string][] = [
    ['float32', new Uint8Array(8), 'float32 must be in a Float32Array or Float64Array, got a Uint8Array'],
    ['F16', new Uint8Array(8), 'float16 must be in a Uint16Array or Float32Array or Float64Array, got a Uint8Array'],
    [
      'bfloat16',
      new Int16Array(8),
      'bfloat16 must be in a Uint16Array or Float32Array or Float64Array, got an Int16Array',
    ],
    ['int64', new Int32Array(8), 'int64 must be in a BigInt64Array or Float32Array or Float64Array, got an Int32Array'],
    ['bool', new BigInt64Array(8), 'bool must be in a Uint8Array or Float32Array or Float64Array, got a BigInt64Array'],
  ];
  for (const [kind, values, expected] of cases) {
    assert.throws(
      () => read(values, { type: kind }),
      (error: Error) => error instanceof TypeError && error.message === `here: values of type ${expected}`,
    );
  }
});

test('readNumbers() takes a Float16Array if the engine has one', () => {
  const { Float16Array } = globalThis as { Float16Array?: { of(...values: number[]): NumericArray } };
  if (Float16Array === undefined) {
    assert.not.ok(process.versions.node.startsWith('24.'), 'Node 24 has it');
    return;
  }
  assert.equal(read(Float16Array.of(1, -2, 65504), { type: 'float16' }), [1, -2, 65504]);
  assert.is(summarize(Float16Array.of(1, -2)).mean, -0.5);
});

test('readNumbers() refuses anything but numbers, and names the element', () => {
  const cases: [unknown, string][] = [
    [undefined, 'values must be an array of numbers, got undefined'],
    [new DataView(new ArrayBuffer(8)), 'values must be an array of numbers, got a DataView'],
    [[1, '2'], 'values[1] must be a number, got the string "2"'],
    [[[1]], 'values[0] must be a number, got an array of length 1'],
    // biome-ignore lint/suspicious/noSparseArray: that is the case
    [[1, , 2], 'values[1] must be a number, got undefined'],
  ];
  for (const [values, message] of cases) {
    assert.throws(
      () => read(values),
      (error: Error) => error instanceof TypeError && error.message === `here: ${message}`,
    );
  }
});

test('summarize() and histogram() take 64-bit integers and booleans', () => {
  assert.is(summarize(BigInt64Array.of(1n, 3n)).mean, 2);
  assert.is(summarize([true, false, true, true]).mean, 0.75);
  assert.equal([...histogram(BigInt64Array.of(1n, 3n, 3n), [0, 2, 4]).counts], [1, 2]);
});

/** Tensors whose values are whatever they hold. */
const reader: TensorReader<{ data: NumericArray | undefined }> = {
  is: (value): value is { data: NumericArray } => typeof value === 'object' && value !== null && 'data' in value,
  shape: ({ data }) => [data?.length ?? 0],
  values: ({ data }) => data,
  keep: (tensor) => tensor,
};

test('log() and statistics() read whatever array the reader of an adapter gives', () => {
  const tensors: [tensor: object, mean: number][] = [
    [{ data: Int32Array.of(1, 4) }, 2.5],
    [{ data: BigInt64Array.of(1n, 4n) }, 2.5],
    [{ data: [true, false] }, 0.5],
    [{ data: Float64Array.of(1, 4) }, 2.5],
    [{ data: Uint16Array.of(0x3c00, 0x4400), type: 'float16' }, 2.5],
    [{ data: Uint16Array.of(0x3f80, 0x4080), dtype: 'bfloat16' }, 2.5],
  ];
  const model = { run: (x: unknown) => x };
  const run = attach(model, 'run', { reader: reader as TensorReader });
  const [lines, means]: [string[], number[]] = [[], []];
  run.log({ print: (line) => lines.push(line) });
  const subscription = run
    .observe()
    .pipe(statistics())
    .subscribe(({ mean }) => means.push(mean));
  for (const [tensor] of tensors) model.run(tensor);
  subscription.unsubscribe();
  const expected = tensors.map(([, mean]) => mean);
  assert.equal(means, expected);
  assert.equal(
    lines.map((line) => Number(/ mean (\S+)/.exec(line)![1])),
    expected,
  );
});

test('log() says that a tensor has no numbers', () => {
  const lines: string[] = [];
  const model = { run: (x: unknown) => x };
  attach(model, 'run', { reader: reader as TensorReader }).log({ print: (line) => lines.push(line) });
  model.run({ data: undefined });
  assert.is(lines.length, 1);
  assert.match(lines[0]!, /\[0\] no numbers$/);
});

test('an array whose memory was transferred is refused wherever numbers are read', () => {
  const gone = Float32Array.of(1, 2);
  structuredClone(gone, { transfer: [gone.buffer] });
  const message = /must be an array of numbers, got a Float32Array: its memory is gone/;
  assert.throws(() => summarize(gone), message);
  assert.throws(() => histogram(gone, [0, 1]), message);
  const writer = new SummaryWriter('run', { sink: new MemorySink() });
  assert.throws(() => writer.addHistogram('a', gone), message);
  assert.throws(() => writer.addHistogram('a', { data: gone, shape: [2] }), message);
  assert.throws(() => writer.addScalar('a', gone), message);
  assert.equal(summarize(new Float32Array(0)).count, 0);
});

test('tensor() and assign() decode float16 bits if the dtype says so', () => {
  const half = { data: Uint16Array.of(0x3c00, 0xc000), shape: [2], dtype: 'float16' };
  const parameter = new Parameter(tensor([5, 6]));
  assert.equal(tensor(half as never).toArray(), [1, -2]);
  parameter.assign(half as never);
  assert.equal(parameter.toArray(), [1, -2]);
  assert.equal(tensor({ ...half, dtype: 'uint16' } as never).toArray(), [0x3c00, 0xc000]);
  assert.throws(
    () => tensor({ ...half, dtype: 'float32' } as never),
    /^tensor\(\): the data of type float32 must be in a Float32Array .*, got a Uint16Array/,
  );
  assert.throws(
    () => parameter.assign({ ...half, dtype: 'int4' } as never),
    /^assign\(\): the data must be of type .*, got int4/,
  );
  assert.equal(parameter.toArray(), [1, -2]);
});

test.run();
