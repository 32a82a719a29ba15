import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { extended, within, zoomed } from '../../../viewer/axes/ranges.ts';

test('zoomed() keeps the place it zooms about, and at least one step or a hundredth of a second', () => {
  assert.equal(zoomed('step', [0, 100], 0.5, 20), [10, 60]);
  const [from, to] = zoomed('step', [10, 12], 0.1, 11);
  assert.equal([from, to], [10.5, 11.5]);
  assert.equal(zoomed('wall', [10, 12], 0.1, 11), [10.9, 11.1]);
  const [start, end] = zoomed('relative', [0, 1], 0.001, 0);
  assert.is(start, 0);
  assert.ok(Math.abs(end - 0.01) < 1e-12);
});

test('within() stays within the whole range', () => {
  assert.equal(within([-20, 30], [0, 100]), [0, 50]);
  assert.equal(within([80, 130], [0, 100]), [50, 100]);
  assert.equal(within([20, 30], [0, 100]), [20, 30]);
  assert.is(within([-20, 130], [0, 100]), undefined);
});

test('extended() moves the end of a brush that is at the cursor', () => {
  assert.equal(extended(undefined, 5, 6), [5, 6]);
  assert.equal(extended([5, 6], 6, 7), [5, 7]);
  assert.equal(extended([5, 6], 5, 3), [3, 6]);
});

test.run();
