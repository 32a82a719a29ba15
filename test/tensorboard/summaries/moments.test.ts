import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { kernels, type Numbers } from '../../../src/kernels/index.ts';
import { type Moments, momentsOf } from '../../../src/tensorboard/summaries/moments.ts';

const moments = (values: Numbers): Moments => momentsOf(kernels().distribution(values, [0, 1]));

const none = { nan: 0, positiveInfinity: 0, negativeInfinity: 0 };

test('moments() are those of the values', () => {
  assert.equal(moments([3, -1, 2]), { num: 3, min: -1, max: 3, sum: 4, sumSquares: 14, ...none });
});

test('moments() excludes NaN and infinities, and counts them', () => {
  const counts = { nan: 1, positiveInfinity: 2, negativeInfinity: 1 };
  const expected = { num: 6, min: -1, max: 3, sum: 2, sumSquares: 10, ...counts };
  assert.equal(moments([NaN, 3, -Infinity, -1, Infinity, Infinity]), expected);
});

test('moments() are 0 without finite values', () => {
  assert.equal(moments([]), { num: 0, min: 0, max: 0, sum: 0, sumSquares: 0, ...none });
  assert.equal(moments([NaN]), { num: 1, min: 0, max: 0, sum: 0, sumSquares: 0, ...none, nan: 1 });
});

test('moments() keeps the sign of a minimum that is -0', () => {
  assert.ok(Object.is(moments([-0]).min, -0));
});

test('moments() overflows to Infinity and not to NaN', () => {
  const { sum, sumSquares, min, max } = moments([1e308, 1e308, -1, 1]);
  assert.equal([sum, sumSquares, min, max], [Infinity, Infinity, -1, 1e308]);
  assert.is(moments([1e200, -1e200]).sum, 0);
  const many = moments(Float64Array.from({ length: 5000 }, (_, i) => (i % 2 === 0 ? 1e200 : -1e200)));
  assert.equal([many.sum, many.sumSquares], [0, Infinity]);
});

test('moments() of many values are within rounding of their exact sums', () => {
  const values = Float32Array.from({ length: 100_003 }, (_, i) => Math.fround(Math.sin(i) * 3 + 1));
  // The sums of float32 values scaled to integers, which BigInt adds exactly.
  const scaled = Array.from(values, (x) => BigInt(x * 2 ** 40));
  const exact = (sum: bigint, bits: bigint) => Number(sum) / Number(2n ** bits);
  const { sum, sumSquares } = moments(values);
  const [first, second] = [scaled.reduce((a, b) => a + b, 0n), scaled.reduce((a, b) => a + b * b, 0n)];
  assert.ok(Math.abs(sum - exact(first, 40n)) <= 1e-12 * Math.abs(sum));
  assert.ok(Math.abs(sumSquares - exact(second, 80n)) <= 1e-12 * sumSquares);
});

test.run();
