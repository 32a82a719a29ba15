import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { toJson } from '../../../viewer/export/json.ts';

test('rows become objects with the names of the heading', () => {
  assert.equal(
    JSON.parse(
      toJson([
        ['run', 'step', 'count'],
        ['a', 1, 0.5],
        ['b "c"', 2, -1e-300],
      ]),
    ),
    [
      { run: 'a', step: 1, count: 0.5 },
      { run: 'b "c"', step: 2, count: -1e-300 },
    ],
  );
});

test('NaN and infinities are strings that say so', () => {
  const [row] = JSON.parse(
    toJson([
      ['a', 'b', 'c'],
      [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ]),
  );
  assert.equal(row, { a: 'NaN', b: 'Infinity', c: '-Infinity' });
});

test('no rows, no heading', () => {
  assert.equal(JSON.parse(toJson([['a']])), []);
  assert.equal(JSON.parse(toJson([])), []);
});

test('a column may have any name', () => {
  assert.is(toJson([['__proto__'], [7]]), '[\n{"__proto__":7}\n]\n');
});

test.run();
