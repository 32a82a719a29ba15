import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { finiteMoments } from '../../src/tensorboard/finite-moments.ts';

test('finiteMoments() are those of the values', () => {
  assert.equal(finiteMoments([3, -1, 2]), { min: -1, max: 3, sum: 4, sumSquares: 14 });
});

test('finiteMoments() leaves NaN and infinities out', () => {
  assert.equal(finiteMoments([NaN, 3, -Infinity, -1, Infinity]), { min: -1, max: 3, sum: 2, sumSquares: 10 });
});

test('finiteMoments() are 0 where no value is finite', () => {
  assert.equal(finiteMoments([]), { min: 0, max: 0, sum: 0, sumSquares: 0 });
  assert.equal(finiteMoments([NaN, Infinity]), { min: 0, max: 0, sum: 0, sumSquares: 0 });
});

test('finiteMoments() keeps the sign of a minimum that is -0', () => {
  assert.is(finiteMoments([-0]).min, -0);
  assert.is(finiteMoments([1, -0]).min, -0);
});

test('finiteMoments() adds without losing what a plain sum rounds off', () => {
  // A plain float64 sum gives 0 and 1e32; what is lost here is half of all that there is.
  assert.is(finiteMoments([1e16, 1, -1e16]).sum, 1);
  const values = Float64Array.from({ length: 1e6 }, (_, i) => (i % 2 === 0 ? 0.1 : 1e9));
  const exact = 5e5 * 0.1 + 5e5 * 1e9;
  assert.ok(Math.abs(finiteMoments(values).sum - exact) <= exact * 2 ** -52);
});

test('finiteMoments() overflows to Infinity and not to NaN', () => {
  const { sum, sumSquares } = finiteMoments([1e308, 1e308, -1, 1]);
  assert.is(sum, Infinity);
  assert.is(sumSquares, Infinity);
});

test.run();
