import { runInNewContext } from 'node:vm';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { TensorReader } from '../../src/index.ts';
import { readArray, readScalar } from '../../src/tensorboard/values.ts';

const read = (values: unknown) => Array.from(readArray('here', values).values as ArrayLike<number>);
const shapeOf = (values: unknown) => [...readArray('here', values).shape];

test('readArray() takes a number', () => {
  assert.equal(read(2.5), [2.5]);
  assert.equal(read(NaN), [NaN]);
});

test('readArray() takes every typed array of numbers without copying it', () => {
  const makers = [
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
  ];
  for (const Maker of makers) {
    const values = Maker.of(1, 2);
    assert.is(readArray('here', values).values, values, Maker.name);
  }
  assert.equal(read(Buffer.from([1, 2])), [1, 2]);
});

test('readArray() takes a typed array of another realm', () => {
  assert.equal(read(runInNewContext('new Float32Array([1, 2])')), [1, 2]);
});

test('readArray() takes a tensor, an object with a typed array as its data', () => {
  const data = Float32Array.of(1, 2, 3, 4);
  assert.is(readArray('here', { data, shape: [2, 2] }).values, data);
});

test('readArray() takes nested arrays, row-major, with their shape', () => {
  const nested = [
    [1, 2, 3],
    [4, 5, 6],
  ];
  assert.equal(read(nested), [1, 2, 3, 4, 5, 6]);
  assert.equal(shapeOf(nested), [2, 3]);
  assert.equal(shapeOf([nested, nested]), [2, 2, 3]);
  assert.equal(shapeOf([]), [0]);
  assert.equal(shapeOf([[], []]), [2, 0]);
  assert.equal(shapeOf(2.5), []);
});

test('readArray() takes arrays of typed arrays and of tensors', () => {
  assert.equal(read([Float32Array.of(1, 2), { data: Int8Array.of(3, 4) }]), [1, 2, 3, 4]);
  assert.equal(
    shapeOf([
      { data: new Float32Array(6), shape: [2, 3] },
      { data: new Float32Array(6), shape: [2, 3] },
    ]),
    [2, 2, 3],
  );
});

test('readArray() refuses ragged arrays, and says where', () => {
  const wrong: [values: unknown, message: string][] = [
    [[1, [2]], 'values[1] must have the shape [] of values[0], got [1]'],
    [[[1, 2], [3]], 'values[1] must have the shape [2] of values[0], got [1]'],
    [[[1, 2], 3], 'values[1] must have the shape [2] of values[0], got []'],
    [[[[1]], [[2], [3]]], 'values[1] must have the shape [1, 1] of values[0], got [2, …]'],
    [[Float32Array.of(1, 2), Float32Array.of(1)], 'values[1] must have the shape [2] of values[0], got [1]'],
    [
      [
        { data: new Float32Array(6), shape: [2, 3] },
        { data: new Float32Array(6), shape: [3, 2] },
      ],
      'values[1] must have the shape [2, 3] of values[0], got [3, 2]',
    ],
  ];
  for (const [values, message] of wrong) {
    assert.throws(
      () => readArray('here', values),
      (error: Error) => {
        assert.instance(error, RangeError);
        assert.is(error.message, `here: ${message}`);
        return true;
      },
    );
  }
});

test('readArray() takes the pixels of a canvas', () => {
  const pixels = { data: new Uint8ClampedArray(24), width: 3, height: 2, colorSpace: 'srgb' };
  assert.equal(shapeOf(pixels), [2, 3, 4]);
});

test("readArray() reads a framework's tensors through its reader", () => {
  class Foreign {
    readonly secret = Float32Array.of(1, 2);
  }
  const reader = {
    is: (value: unknown): value is Foreign => value instanceof Foreign,
    shape: () => [2, 1],
    values: (tensor: Foreign) => tensor.secret,
    keep: (tensor: Foreign) => tensor,
  };
  const { values, shape } = readArray('here', new Foreign(), reader);
  assert.equal([...(values as Float32Array)], [1, 2]);
  assert.equal(shape, [2, 1]);
  assert.equal(readArray('here', [new Foreign(), new Foreign()], reader).shape, [2, 2, 1]);
  assert.throws(() => readArray('here', new Foreign()), /values must be a number, .* got a Foreign/);
  const slow = { ...reader, values: async (tensor: Foreign) => tensor.secret };
  assert.throws(() => readArray('here', new Foreign(), slow), /the values of a Foreign are asynchronous; await them/);
});

test('readArray() takes true and false as 1 and 0, and 64-bit integers as the nearest float64', () => {
  assert.equal(read(true), [1]);
  assert.equal(read([true, false]), [1, 0]);
  assert.equal(read([[true], [false]]), [1, 0]);
  assert.equal(read(5n), [5]);
  assert.equal(read(BigInt64Array.of(2n ** 53n + 1n, -1n)), [2 ** 53, -1]);
  assert.equal(read(BigUint64Array.of(2n ** 64n - 1n)), [2 ** 64]);
  assert.equal(read({ data: [true, 2, 3n] }), [1, 2, 3]);
});

test('readArray() reads tensors as ONNX Runtime has them, with dims and type', () => {
  const bits = Uint16Array.of(0x3c00, 0x4000, 0xbc00, 0x7bff);
  const { values, shape } = readArray('here', { type: 'float16', dims: [2, 2], data: bits });
  assert.equal(Array.from(values as ArrayLike<number>), [1, 2, -1, 65504]);
  assert.equal(shape, [2, 2]);
  assert.equal(read([{ type: 'float16', data: bits }]), [1, 2, -1, 65504]);
  assert.equal(read({ data: bits }), [...bits]);
});

test("readArray() decodes a reader's values by the tensor's type", () => {
  const reader: TensorReader = {
    is: (value) => typeof value === 'object' && value !== null && 'id' in value,
    shape: () => [2],
    values: () => Uint16Array.of(0x3f80, 0xc000),
    keep: (tensor) => tensor,
  };
  assert.equal(
    Array.from(readArray('here', { id: 1, dtype: 'bfloat16' }, reader).values as ArrayLike<number>),
    [1, -2],
  );
  assert.throws(
    () => readArray('here', { id: 1 }, { ...reader, values: () => undefined }),
    /^here: the values must be numbers, got an Object$/,
  );
});

test('readArray() refuses complex numbers and wrong shapes', () => {
  const data = new Float32Array(4);
  assert.throws(
    () => readArray('here', { data, shape: [2], dtype: 'complex64' }),
    /^here: the data of values must be of type float16, .*, got complex64$/,
  );
  assert.throws(
    () => readArray('here', { data, shape: [3] }),
    /^here: the shape \[3\] holds 3 values; the data has 4$/,
  );
  assert.throws(
    () => readArray('here', { data, shape: 'x' }),
    /the tensor's shape must be an array of sizes, got the string "x"/,
  );
});

test('readArray() takes an array that appears twice', () => {
  const row = [1, 2];
  assert.equal(read([row, row]), [1, 2, 1, 2]);
});

test('readArray() says which element is wrong, and what it must be', () => {
  const expected = 'a number, a typed array, a tensor with such an array as its data, or an array of these';
  const wrong: [values: unknown, place: string, got: string][] = [
    ['12', '', 'the string "12"'],
    [null, '', 'null'],
    [undefined, '', 'undefined'],
    [() => 1, '', 'the function (anonymous)'],
    [new DataView(new ArrayBuffer(8)), '', 'a DataView'],
    [new ArrayBuffer(8), '', 'an ArrayBuffer'],
    [{ shape: [1] }, '', 'an Object'],
    [new Map(), '', 'a Map'],
    [{ data: () => 1 }, '', 'an Object whose data is the function data'],
    [[[1], ['3']], '[1][0]', 'the string "3"'],
    [[null, 1], '[0]', 'null'],
    [[[[0]], [[null]]], '[1][0][0]', 'null'],
    // biome-ignore lint/suspicious/noSparseArray: that is the case
    [[1, , 2], '[1]', 'undefined'],
  ];
  for (const [values, place, got] of wrong) {
    assert.throws(
      () => readArray('here', values),
      (error: Error) => {
        assert.instance(error, TypeError);
        assert.is(error.message, `here: values${place} must be ${expected}, got ${got}`);
        return true;
      },
    );
  }
});

test('readArray() refuses an array that contains itself', () => {
  const loop: unknown[] = [];
  loop.push(loop);
  assert.throws(() => readArray('here', loop), /^here: more than 64 dimensions; an array that contains itself\?$/);
  const second: unknown[] = [[1]];
  second.push(second);
  assert.throws(() => readArray('here', second), /values\[1\] must have the shape \[1\] of values\[0\], got \[2\]/);
});

test('readScalar() takes one number of any shape', () => {
  for (const value of [0.5, [0.5], [[0.5]], Float64Array.of(0.5), { data: Float32Array.of(0.5) }]) {
    assert.is(readScalar('here', value), 0.5);
  }
});

test('readScalar() refuses no number, several, and other values', () => {
  assert.throws(() => readScalar('here', []), /^here: the value must be one number, got 0 of shape \[0\]$/);
  assert.throws(
    () => readScalar('here', Float32Array.of(1, 2)),
    /^here: the value must be one number, got 2 of shape \[2\]$/,
  );
  assert.throws(() => readScalar('here', '1'), /^here: values must be a number, .* got the string "1"/);
});

test.run();
