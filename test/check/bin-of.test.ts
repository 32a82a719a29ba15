import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { binOf } from '../../src/check/index.ts';

test('binOf() finds the last edge that is not above a value, within the bins', () => {
  for (let length = 2; length < 12; length++) {
    const edges = Float64Array.from({ length }, (_, i) => 2 * i);
    for (let value = -1; value <= 2 * length; value++) {
      const expected = Math.min(Math.max(Math.floor(value / 2), 0), length - 2);
      assert.is(binOf(edges, value), expected, `${value} of ${length} edges`);
    }
    assert.is(binOf(edges, Infinity), length - 2);
    assert.is(binOf(edges, -Infinity), 0);
  }
});

test('binOf() skips empty bins', () => {
  assert.is(binOf([0, 1, 1, 1, 2], 1), 3);
  assert.is(binOf([0, 1, 1, 1], 1), 2);
});

test.run();
