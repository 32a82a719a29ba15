import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { scalarRange } from '../../../viewer/scalars/scalar-range.ts';

const rangeOf = (values: Iterable<number>, ignoreOutliers = true) =>
  scalarRange([Float64Array.from(values)], ignoreOutliers);

test('scalarRange() adds a margin of a twentieth', () => {
  assert.equal(rangeOf([0, 10, 4]).domain, [-0.5, 10.5]);
});

test('scalarRange() leaves out a single outlier', () => {
  const values = [...Array.from({ length: 200 }, (_, i) => i / 200), 1e30];
  const [low, high] = rangeOf(values).domain;
  assert.ok(low > -0.2 && low <= 0 && high >= 0.98 && high < 1.2, `${low} to ${high}`);
});

test('scalarRange() shows a loss that falls to a hundredth from its start', () => {
  const values = Array.from({ length: 100 }, (_, i) => 10 * Math.exp(-i / 20));
  assert.ok(rangeOf(values).domain[1] > 10);
});

test('scalarRange() shows a single outlier if outliers are not ignored', () => {
  const values = [...Array.from({ length: 200 }, (_, i) => i / 200), 1e30];
  assert.ok(rangeOf(values, false).domain[1] > 1e30);
});

test('scalarRange() of many numbers knows the smallest and the largest exactly', () => {
  const values = Float64Array.from({ length: 100_000 }, (_, i) => Math.sin(i));
  values[77_777] = 7;
  values[77_778] = -3;
  assert.equal(scalarRange([values.subarray(0, 5), values.subarray(5)], false).domain, [-3.5, 7.5]);
});

test('scalarRange() shows outliers up to 25 times the range of the bulk', () => {
  const bulk = Array.from({ length: 200 }, (_, i) => i / 200);
  assert.ok(rangeOf([...bulk, 20]).domain[1] > 20);
  assert.ok(rangeOf([...bulk, 30]).domain[1] < 2);
});

test('scalarRange() ignores values that are not finite, and has a width for one value and for none', () => {
  assert.equal(rangeOf([1, Number.NaN, 3, Number.NEGATIVE_INFINITY]).domain, [0.9, 3.1]);
  assert.equal(rangeOf([2, 2]).domain, [1.9, 2.1]);
  assert.equal(rangeOf([0]).domain, [-1, 1]);
  assert.equal(rangeOf([]), { domain: [0, 1], constant: 1 });
});

test('scalarRange() bends a symmetric-log axis at the small magnitudes', () => {
  const values = [0, ...Array.from({ length: 100 }, (_, i) => 10 ** (-i / 25))];
  const { constant } = rangeOf(values);
  assert.ok(constant >= 1e-4 && constant < 2e-4, `${constant}`);
});

test.run();
