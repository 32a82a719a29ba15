import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ReusedNumbers } from '../../../src/tensorboard/format/number-list.ts';

test('ReusedNumbers gives separate numbers until it is reset, however many', () => {
  const numbers = new ReusedNumbers();
  const taken = Array.from({ length: 300 }, (_, i) => numbers.take(i * 7).fill(i));
  for (const [i, some] of taken.entries()) {
    assert.is(some.length, i * 7);
    assert.ok(
      some.every((number) => number === i),
      `the numbers of ${i}`,
    );
  }
});

test('ReusedNumbers gives the same memory again after a reset', () => {
  const numbers = new ReusedNumbers();
  const before = numbers.take(10).fill(1);
  numbers.reset();
  const after = numbers.take(10).fill(2);
  assert.is(before[0], 2);
  assert.is(after.buffer, before.buffer);
});

test.run();
