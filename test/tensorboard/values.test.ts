import { runInNewContext } from 'node:vm';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
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
    [[1, [2]], 'values[1] has the shape [1]; expected [], as values[0] has'],
    [[[1, 2], [3]], 'values[1] has the shape [1]; expected [2], as values[0] has'],
    [[[1, 2], 3], 'values[1] has the shape []; expected [2], as values[0] has'],
    [[[[1]], [[2], [3]]], 'values[1] has the shape [2, …]; expected [1, 1], as values[0] has'],
    [[Float32Array.of(1, 2), Float32Array.of(1)], 'values[1] has the shape [1]; expected [2], as values[0] has'],
    [
      [
        { data: new Float32Array(6), shape: [2, 3] },
        { data: new Float32Array(6), shape: [3, 2] },
      ],
      'values[1] has the shape [3, 2]; expected [2, 3], as values[0] has',
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
  assert.throws(() => readArray('here', new Foreign()), /values is a Foreign; expected a number/);
  const slow = { ...reader, values: async (tensor: Foreign) => tensor.secret };
  assert.throws(
    () => readArray('here', new Foreign(), slow),
    /the values of a Foreign can only be waited for; await them/,
  );
});

test('readArray() refuses complex numbers and shapes that do not fit', () => {
  const data = new Float32Array(4);
  assert.throws(
    () => readArray('here', { data, shape: [2], dtype: 'complex64' }),
    /holds complex numbers \(complex64\)/,
  );
  assert.throws(
    () => readArray('here', { data, shape: [3] }),
    /^here: the shape \[3\] holds 3 values; the data has 4$/,
  );
  assert.throws(() => readArray('here', { data, shape: 'x' }), /the tensor's shape is the string "x"/);
});

test('readArray() takes an array that appears twice', () => {
  const row = [1, 2];
  assert.equal(read([row, row]), [1, 2, 1, 2]);
});

test('readArray() says what came and what was expected', () => {
  const expected =
    'expected a number, a typed array (not of BigInts), a tensor with such an array as its data, or arrays of these';
  const wrong: [values: unknown, came: string][] = [
    ['12', 'values is the string "12"'],
    [null, 'values is null'],
    [undefined, 'values is undefined'],
    [true, 'values is the boolean true'],
    [5n, 'values is the bigint 5n'],
    [() => 1, 'values is the function (anonymous)'],
    [BigInt64Array.of(1n), 'values is a BigInt64Array'],
    [new DataView(new ArrayBuffer(8)), 'values is a DataView'],
    [new ArrayBuffer(8), 'values is an ArrayBuffer'],
    [{ shape: [1] }, 'values is an Object'],
    [new Map(), 'values is a Map'],
    [{ data: [1, 2] }, 'values is an Object whose data is an array of length 2'],
    [{ data: () => 1 }, 'values is an Object whose data is the function data'],
    [{ data: BigInt64Array.of(1n) }, 'values is an Object whose data is a BigInt64Array'],
    [[[1], ['3']], 'values[1][0] is the string "3"'],
    [[null, 1], 'values[0] is null'],
    [[[[0]], [[null]]], 'values[1][0][0] is null'],
    // biome-ignore lint/suspicious/noSparseArray: that is the case
    [[1, , 2], 'values[1] is undefined'],
  ];
  for (const [values, came] of wrong) {
    assert.throws(
      () => readArray('here', values),
      (error: Error) => {
        assert.instance(error, TypeError);
        assert.is(error.message, `here: ${came}; ${expected}`);
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
  assert.throws(() => readArray('here', second), /values\[1\] has the shape \[2\]; expected \[1\]/);
});

test('readScalar() takes what holds one number', () => {
  for (const value of [0.5, [0.5], [[0.5]], Float64Array.of(0.5), { data: Float32Array.of(0.5) }]) {
    assert.is(readScalar('here', value), 0.5);
  }
});

test('readScalar() refuses none, several, and what is no number', () => {
  assert.throws(() => readScalar('here', []), /^here: expected one number, got 0 of shape \[0\]$/);
  assert.throws(() => readScalar('here', Float32Array.of(1, 2)), /^here: expected one number, got 2 of shape \[2\]$/);
  assert.throws(() => readScalar('here', '1'), /^here: values is the string "1"; expected a number/);
});

test.run();
