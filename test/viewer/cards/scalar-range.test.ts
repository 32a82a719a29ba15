import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { scalarRange } from '../../../viewer/cards/scalar-range.ts';

test('an axis holds all numbers and a twentieth of their range around them', () => {
  assert.equal(scalarRange([0, 10, 4]).domain, [-0.5, 10.5]);
});

test('one number that is far out does not hide the others', () => {
  const values = [...Array.from({ length: 200 }, (_, i) => i / 200), 1e30];
  const [low, high] = scalarRange(values).domain;
  assert.ok(low > -0.2 && low <= 0 && high >= 0.98 && high < 1.2, `${low} to ${high}`);
});

test('a loss that falls to a hundredth within the first steps is shown from its start', () => {
  const values = Array.from({ length: 100 }, (_, i) => 10 * Math.exp(-i / 20));
  assert.ok(scalarRange(values).domain[1] > 10);
});

test('what is not finite does not count; one number, and none, have an axis too', () => {
  assert.equal(scalarRange([1, Number.NaN, 3, Number.NEGATIVE_INFINITY]).domain, [0.9, 3.1]);
  assert.equal(scalarRange([2, 2]).domain, [1.9, 2.1]);
  assert.equal(scalarRange([0]).domain, [-1, 1]);
  assert.equal(scalarRange([]), { domain: [0, 1], constant: 1 });
});

test('a symmetric-log axis bends at the size of the small numbers', () => {
  const values = [0, ...Array.from({ length: 100 }, (_, i) => 10 ** (-i / 25))];
  const { constant } = scalarRange(values);
  assert.ok(constant >= 1e-4 && constant < 2e-4, `${constant}`);
});

test.run();
