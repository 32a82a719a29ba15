import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TimeBudget } from '../../../../viewer/sources/live/time-budget.ts';

// At 2 % a bucket holds half a second's worth: 10 ms.
test('however long it was not looked at, a bucket holds no more than it can', () => {
  const budget = new TimeBudget(0.02);
  budget.spend(1);
  budget.pass(60_000, false);
  budget.spend(10);
  assert.not(budget.isOpen);
});

test('what was overdrawn takes its time to fill', () => {
  const budget = new TimeBudget(0.02);
  budget.spend(20);
  budget.pass(499, false);
  assert.not(budget.isOpen);
  budget.pass(2, false);
  assert.ok(budget.isOpen);
});

test.run();
