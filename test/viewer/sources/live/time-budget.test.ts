import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TimeBudget } from '../../../../viewer/sources/live/time-budget.ts';

// At 2 % a bucket holds half a second's worth: 10 ms.
test('a bucket holds no more than its size, however much time passes', () => {
  const budget = new TimeBudget(0.02);
  budget.spend(1);
  budget.pass(60_000, false);
  budget.spend(10);
  assert.not(budget.isOpen);
});

test('an overdrawn bucket takes time to fill', () => {
  const budget = new TimeBudget(0.02);
  budget.spend(20);
  budget.pass(499, false);
  assert.not(budget.isOpen);
  budget.pass(2, false);
  assert.ok(budget.isOpen);
});

test('a pause of 250 ms fills an overdrawn bucket, if it is four times what was spent', () => {
  const budget = new TimeBudget(0.02);
  budget.spend(60);
  budget.pass(249, true);
  assert.not(budget.isOpen);
  budget.pass(1, true);
  assert.ok(budget.isFull);
  budget.spend(100);
  budget.pass(0, false);
  budget.pass(399, true);
  assert.not(budget.isOpen);
  budget.pass(1, true);
  assert.ok(budget.isFull);
});

test.run();
