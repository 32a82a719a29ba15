import { runInNewContext } from 'node:vm';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readScalar, readValues } from '../../src/tensorboard/values.ts';

const read = (values: unknown) => Array.from(readValues('here', values) as ArrayLike<number>);

test('readValues() takes a number', () => {
  assert.equal(read(2.5), [2.5]);
  assert.equal(read(NaN), [NaN]);
});

test('readValues() takes every typed array of numbers without copying it', () => {
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
    assert.is(readValues('here', values), values, Maker.name);
  }
  assert.equal(read(Buffer.from([1, 2])), [1, 2]);
});

test('readValues() takes a typed array of another realm', () => {
  assert.equal(read(runInNewContext('new Float32Array([1, 2])')), [1, 2]);
});

test('readValues() takes a tensor, an object with a typed array as its data', () => {
  const data = Float32Array.of(1, 2, 3, 4);
  assert.is(readValues('here', { data, shape: [2, 2] }), data);
});

test('readValues() flattens arrays of any depth, ragged ones too', () => {
  assert.equal(read([]), []);
  assert.equal(read([1, [2, [3, [], [[4]]]], 5]), [1, 2, 3, 4, 5]);
  assert.equal(read([Float32Array.of(1, 2), { data: Int8Array.of(3) }, 4]), [1, 2, 3, 4]);
});

test('readValues() takes an array that appears twice', () => {
  const row = [1, 2];
  assert.equal(read([row, row]), [1, 2, 1, 2]);
});

test('readValues() says what came and what was expected', () => {
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
    [[1, [2, '3']], 'values[1][1] is the string "3"'],
    [[[0], [1, 2, null]], 'values[1][2] is null'],
    // biome-ignore lint/suspicious/noSparseArray: that is the case
    [[1, , 2], 'values[1] is undefined'],
  ];
  for (const [values, came] of wrong) {
    assert.throws(
      () => readValues('here', values),
      (error: Error) => {
        assert.instance(error, TypeError);
        assert.is(error.message, `here: ${came}; ${expected}`);
        return true;
      },
    );
  }
});

test('readValues() refuses an array that contains itself', () => {
  const loop: unknown[] = [1];
  loop.push([loop]);
  assert.throws(() => readValues('here', loop), /^here: values\[1\]\[0\] is an array that contains itself$/);
});

test('readScalar() takes what holds one number', () => {
  for (const value of [0.5, [0.5], [[0.5]], Float64Array.of(0.5), { data: Float32Array.of(0.5) }]) {
    assert.is(readScalar('here', value), 0.5);
  }
});

test('readScalar() refuses none, several, and what is no number', () => {
  assert.throws(() => readScalar('here', []), /^here: expected one number, got 0$/);
  assert.throws(() => readScalar('here', Float32Array.of(1, 2)), /^here: expected one number, got 2$/);
  assert.throws(() => readScalar('here', '1'), /^here: values is the string "1"; expected a number/);
});

test.run();
