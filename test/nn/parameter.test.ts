import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Parameter, tensor, zeros } from '../../src/index.ts';

test('assign() replaces a parameter, and leaves tensors that were made from it alone', () => {
  const p = new Parameter(
    tensor([
      [1, 2],
      [3, 4],
    ]),
  );
  const flat = p.reshape(4);
  p.assign(
    tensor([
      [5, 6],
      [7, 8],
    ]),
  );
  assert.equal(flat.toArray(), [1, 2, 3, 4]);
  assert.equal(p.toArray(), [
    [5, 6],
    [7, 8],
  ]);
  assert.is(p.version, 1);
  assert.throws(() => p.assign([1, 2, 3]), /^assign\(\): values for shape \[2, 2\] expected, got 3 values$/);
  assert.throws(() => p.assign(tensor([1, 2, 3, 4])), /expected, got shape \[4\]$/);
  assert.throws(() => p.assign(null as never), /^assign\(\): a tensor or an array of numbers expected, got null$/);
  assert.throws(() => p.assign(7 as never), /got the number 7$/);
  assert.throws(
    () => p.assign([1, 2, 3, 'a'] as never),
    /^assign\(\): numbers expected, got the string "a" at index 3$/,
  );
  assert.equal(p.toArray(), [
    [5, 6],
    [7, 8],
  ]);
});

test('new Parameter() takes a tensor, and says what came instead', () => {
  assert.equal(new Parameter(zeros(2, 1)).shape, [2, 1]);
  for (const [value, came] of [
    [[1, 2], 'an array of length 2'],
    [undefined, 'undefined'],
    [null, 'null'],
    [5, 'the number 5'],
    [{ data: [1], shape: [1] }, 'an Object'],
  ]) {
    assert.throws(
      () => new Parameter(value as never),
      (error: Error) =>
        error instanceof TypeError &&
        error.message === `Parameter: a tensor expected, got ${came}: tensor(values) makes one`,
    );
  }
  assert.throws(() => new Parameter({ data: new Float32Array(2), shape: [3] }), /shape \[3\] holds 3 values, got 2/);
});

test('assign() copies: what its caller does to the values afterwards changes nothing', () => {
  const p = new Parameter(zeros(2));
  const [array, float32, float64] = [[1, 2], Float32Array.of(3, 4), Float64Array.of(5, 6)];
  const sources: [{ [index: number]: number }, Parameters<Parameter['assign']>[0], number[]][] = [
    [array, array, [1, 2]],
    [float32, float32, [3, 4]],
    [float64, float64, [5, 6]],
    [float32, { data: float32, shape: [2] }, [3, 4]],
  ];
  for (const [source, values, expected] of sources) {
    p.assign(values);
    const first = source[0]!;
    source[0] = 99;
    assert.equal(p.toArray(), expected);
    source[0] = first;
  }
  const other = new Parameter(zeros(2));
  other.assign(p);
  assert.is.not(other.data, p.data);
});

test('assign() reads each value once: what was checked is what is kept', () => {
  const p = new Parameter(tensor([1, 2]));
  let reads = 0;
  const values = Object.defineProperty([0, 7], 0, { get: () => (reads++ === 0 ? 5 : 'five') });
  p.assign(values);
  assert.equal(p.toArray(), [5, 7]);
  let shapes = 0;
  p.assign({
    data: Float32Array.of(8, 9),
    get shape() {
      return shapes++ === 0 ? [2] : [3];
    },
  });
  assert.equal([p.toArray(), p.shape], [[8, 9], [2]]);
});

test('assign() says what does not fit', () => {
  const p = new Parameter(tensor([1, 2]));
  const bad: [unknown, RegExp][] = [
    [{ data: Float32Array.of(1), shape: [2] }, /^assign\(\): values for shape \[2\] expected, got 1 value$/],
    [{ data: Float32Array.of(1, 2), shape: [2, 1] }, /expected, got shape \[2, 1\]$/],
    [
      { data: Float32Array.of(1, 2), shape: 2 },
      /^assign\(\): a tensor or an array of numbers expected, got an Object$/,
    ],
    [{ data: null, shape: [2] }, /a tensor or an array of numbers expected, got an Object$/],
    [{}, /a tensor or an array of numbers expected, got an Object$/],
    ['12', /a tensor or an array of numbers expected, got the string "12"$/],
    [BigInt64Array.of(1n, 2n), /^assign\(\): numbers expected, got the bigint 1n at index 0$/],
    // biome-ignore lint/suspicious/noSparseArray: what is tested
    [[1, ,], /^assign\(\): numbers expected, got undefined at index 1$/],
  ];
  for (const [values, message] of bad) {
    assert.throws(() => p.assign(values as never), message);
    assert.equal([p.toArray(), p.version], [[1, 2], 0]);
  }
});

test.run();
