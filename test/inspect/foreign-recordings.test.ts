// Recordings that layertap did not write: made here by hand, from the format that docs/inspect.md describes, and by PyTorch.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compare } from '../../src/inspect/index.ts';
import type { TensorPart } from '../../src/inspect/recording.ts';
import { decodeRecording } from '../../src/inspect/recording-file.ts';
import { recordingOf } from './pytorch.ts';

/** A .safetensors file: the length of its header, the header, the values. */
function safetensors(tensors: Readonly<Record<string, [dtype: string, values: ArrayBufferView]>>, calls: unknown) {
  const header: Record<string, unknown> = { __metadata__: { 'layertap.recording': JSON.stringify(calls) } };
  const parts: Buffer[] = [];
  let at = 0;
  for (const [name, [dtype, values]] of Object.entries(tensors)) {
    const { byteLength } = values;
    const shape = [(values as Float32Array).length];
    header[name] = { dtype, shape, data_offsets: [at, at + byteLength] };
    parts.push(Buffer.from(values.buffer, values.byteOffset, byteLength));
    at += byteLength;
  }
  const text = JSON.stringify(header);
  const padded = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return new Uint8Array(Buffer.concat([length, padded, ...parts]));
}

const part = (tensor: string, dtype: string, ...shape: number[]) => ({ tensor, dtype, shape });

/** One module after the other, each with the output of the one before. */
function chain(modules: readonly [path: string, kind: string, output: object][], input: object, more: object = {}) {
  const last = modules.at(-1)![2];
  const root = { path: '', kind: 'Net', call: 0, parent: null, start: 0, end: 2 * modules.length + 1 };
  const calls = modules.map(([path, kind, output], i) => {
    const inputs = [i === 0 ? input : modules[i - 1]![2]];
    return { path, kind, call: 0, parent: 0, start: 2 * i + 1, end: 2 * i + 2, inputs, output };
  });
  return {
    version: 1,
    framework: 'by hand',
    complete: true,
    calls: [{ ...root, inputs: [input], output: last }, ...calls],
    ...more,
  };
}

const floats = (...values: number[]): [string, Float32Array] => ['F32', Float32Array.from(values)];

const two = (a: number[], b: number[], more?: object) =>
  safetensors(
    { t0: floats(1, 2), t1: floats(...a), t2: floats(...b) },
    chain(
      [
        ['first', 'Linear', part('t1', 'F32', 2)],
        ['second', 'ReLU', part('t2', 'F32', 2)],
      ],
      part('t0', 'F32', 2),
      more,
    ),
  );

test('files made by hand are compared', async () => {
  const right = two([3, -4], [3, 0]);
  assert.is((await compare(right, right)).verdict, 'PASS');
  const { verdict, first } = await compare(right, two([3, -4], [3, -4]));
  assert.equal([verdict, first?.path, first?.output?.at], ['FAIL', 'second', 1]);
});

test('members that a later writer adds are ignored; a later version, and one without a number, are inconclusive', async () => {
  const right = two([3, -4], [3, 0]);
  assert.is((await compare(right, two([3, -4], [3, 0], { author: { name: 'x' } }))).verdict, 'PASS');
  for (const version of [2, '1', null]) {
    const { verdict, why } = await compare(right, two([3, -4], [3, 0], { version }));
    assert.is(verdict, 'INCONCLUSIVE');
    assert.match(why.join(), /its version must be 1, got/);
  }
  assert.is((await compare(right, two([3, -4], [3, 0], { complete: false, error: 'killed' }))).verdict, 'INCONCLUSIVE');
});

test('names that occur twice are calls in the order of the file', async () => {
  const layers = (values: number[]) => {
    const tensors = Object.fromEntries(values.map((value, i) => [`t${i}`, floats(value, value)]));
    const modules = values
      .slice(1)
      .map((_, i): [string, string, object] => ['block', 'ReLU', part(`t${i + 1}`, 'F32', 2)]);
    return safetensors(tensors, chain(modules, part('t0', 'F32', 2)));
  };
  const right = layers([1, 2, 3, 4]);
  assert.is((await compare(right, right)).verdict, 'PASS');
  const { verdict, first, modules } = await compare(right, layers([1, 2, 7, 7]));
  assert.equal([verdict, first?.path], ['FAIL', 'block']);
  assert.equal(
    modules.map(({ output }) => output!.max),
    [3, 0, 4, 3],
  );
});

test('every element type is compared: floats by their tolerance, the others exactly', async () => {
  const typed = (dtype: string, values: ArrayBufferView) =>
    safetensors(
      { t0: floats(1), t1: [dtype, values] },
      chain([['any', 'Any', part('t1', dtype, (values as Float32Array).length)]], part('t0', 'F32', 1)),
    );
  const pairs: readonly [string, ArrayBufferView, ArrayBufferView, ArrayBufferView][] = [
    ['F64', Float64Array.of(0.1), Float64Array.of(0.1 + 2 ** -56), Float64Array.of(0.11)],
    ['F32', Float32Array.of(0.1), Float32Array.of(0.1 + 2 ** -27), Float32Array.of(0.1 + 1e-3)],
    ['F16', Uint16Array.of(0x2e66), Uint16Array.of(0x2e67), Uint16Array.of(0x5640)],
    ['BF16', Uint16Array.of(0x3dcd), Uint16Array.of(0x3dce), Uint16Array.of(0x42cd)],
    ['I8', Int8Array.of(-3), Int8Array.of(-3), Int8Array.of(-4)],
    ['U8', Uint8Array.of(255), Uint8Array.of(255), Uint8Array.of(254)],
    ['I64', BigInt64Array.of(2n ** 60n), BigInt64Array.of(2n ** 60n), BigInt64Array.of(-(2n ** 60n))],
    ['BOOL', Uint8Array.of(1), Uint8Array.of(1), Uint8Array.of(0)],
  ];
  for (const [dtype, a, near, far] of pairs) {
    assert.is((await compare(typed(dtype, a), typed(dtype, near))).verdict, 'PASS', dtype);
    assert.is((await compare(typed(dtype, a), typed(dtype, far))).verdict, 'FAIL', dtype);
  }
});

test('images in another layout are compared; a tensor that needs a third one is a difference', async () => {
  const counts = (count: number) => Float32Array.from({ length: count }, (_, i) => i);
  /** [1, channels, rows, columns] with the channels last. */
  const last = (values: Float32Array, channels: number) => {
    const size = values.length / channels;
    return values.map((_, i) => values[(i % channels) * size + Math.floor(i / channels)]!);
  };
  const images = (
    values: readonly [Float32Array, Float32Array],
    shapes: readonly [number[], number[]],
    layout: object = {},
  ) =>
    safetensors(
      { t0: floats(1), t1: ['F32', values[0]], t2: ['F32', values[1]] },
      chain(
        [
          ['conv1', 'Conv2d', { ...part('t1', 'F32', ...shapes[0]), ...layout }],
          // More of them, so that most of the calls are compared whatever happens to the first.
          ...[2, 3, 4, 5, 6].map((i): [string, string, object] => [
            `conv${i}`,
            'Conv2d',
            { ...part('t2', 'F32', ...shapes[1]), ...layout },
          ]),
        ],
        part('t0', 'F32', 1),
      ),
    );
  const [wide, cube] = [counts(24), counts(64)];
  const right = images(
    [wide, cube],
    [
      [1, 2, 3, 4],
      [1, 4, 4, 4],
    ],
    { layout: 'NCHW' },
  );
  const other = images(
    [last(wide, 2), last(cube, 4)],
    [
      [1, 3, 4, 2],
      [1, 4, 4, 4],
    ],
  );
  // The first image says which layout the cube has.
  assert.is((await compare(right, other)).verdict, 'PASS');
  assert.is((await compare(other, right)).verdict, 'PASS');
  // Rows and columns swapped.
  const swapped = images(
    [last(wide, 2), last(cube, 4)],
    [
      [1, 4, 3, 2],
      [1, 4, 4, 4],
    ],
  );
  const { verdict, first, why } = await compare(right, swapped);
  assert.equal([verdict, first?.path], ['FAIL', 'conv1']);
  assert.match(why[0]!, /the shape \[1, 4, 3, 2\] instead of \[1, 2, 3, 4\]/);
  // Of cubes alone, only what the frameworks say tells.
  const cubes = (layout: object, change = (values: Float32Array) => values) =>
    images(
      [change(cube), change(cube)],
      [
        [1, 4, 4, 4],
        [1, 4, 4, 4],
      ],
      layout,
    );
  const lastCube = (values: Float32Array) => last(values, 4);
  assert.is((await compare(cubes({ layout: 'NCHW' }), cubes({ layout: 'NHWC' }, lastCube))).verdict, 'PASS');
  assert.is((await compare(cubes({}), cubes({}, lastCube))).verdict, 'FAIL');
});

test('a recording without a call is inconclusive, and so is one of nothing but text', async () => {
  const empty = safetensors({}, { version: 1, framework: 'x', complete: true, calls: [], parameters: {} });
  assert.is((await compare(empty, empty)).verdict, 'INCONCLUSIVE');
  const text = safetensors({}, chain([['tokenizer', 'Tokenizer', { value: 'a' }]], { value: 'a' }));
  const { verdict, why } = await compare(text, text);
  assert.is(verdict, 'INCONCLUSIVE');
  assert.is.not(why.join(), '');
});

test('PyTorch: caught errors, work in place, keyword arguments, and what no tensor of JavaScript holds', async () => {
  const odd = recordingOf('odd');
  assert.is((await compare(odd, odd)).verdict, 'PASS');
  const { calls, tensors } = decodeRecording('test', odd);
  assert.equal(
    calls.map(({ path, call, parent, end }) => [path, call, parent, end === null]),
    [
      ['', 0, null, false],
      ['fails', 0, 0, true],
      ['fc', 0, 0, false],
      ['act', 0, 0, false],
    ],
  );
  const [root, , , act] = calls;
  const [x, { fields: given }] = root!.inputs as unknown as [TensorPart, { fields: { mask: TensorPart } }];
  assert.equal([x.dtype, x.shape, given.mask.dtype, given.mask.shape], ['F32', [2, 3], 'BOOL', [2]]);
  const { fields } = root!.output as unknown as { fields: { y: TensorPart; spectrum: unknown; rest: unknown } };
  assert.equal(fields.spectrum, { value: 'a tensor of type C64' });
  assert.equal(fields.rest, [given.mask, { value: null }, { value: 0.5 }, { value: 'nan' }, { value: 'text' }]);
  // Before the ReLU wrote into them.
  const [before] = act!.inputs as readonly TensorPart[];
  const values = (part: TensorPart) => [...(tensors.get(part.tensor)!.data as Float32Array)];
  assert.ok(values(before!).some((value) => value < 0));
  assert.equal(
    values(act!.output as TensorPart),
    values(before!).map((value) => Math.max(0, value)),
  );
});

test('PyTorch: a run that threw is not complete, and what it did is there', async () => {
  const failed = recordingOf('failed');
  const { verdict, why } = await compare(failed, failed);
  assert.equal([verdict, why[0]], ['INCONCLUSIVE', "the recording of a is not complete: ValueError('the end')"]);
  const { calls, complete } = decodeRecording('test', failed);
  assert.equal([complete, calls.length, calls[0]!.end, calls[0]!.output], [false, 4, null, { value: null }]);
});

test.run();
