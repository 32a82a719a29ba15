import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { equalEdges, span } from '../../../src/tensorboard/summaries/numpy-bins.ts';

test('equalEdges() are those of numpy.linspace', () => {
  assert.equal([...equalEdges(0, 4, 5)], [0, 0.8, 1.6, 2.4000000000000004, 3.2, 4]);
});

test('equalEdges() end with the exact last edge', () => {
  let rounded = 0;
  for (let count = 1; count < 200; count++) {
    const [first, last] = [0.1, 0.7 + count / 7];
    assert.is(equalEdges(first, last, count)[count], last);
    if (first + count * ((last - first) / count) !== last) rounded++;
  }
  assert.ok(rounded > 0, 'no step is rounded: the test shows nothing');
});

test('equalEdges() are those of numpy.linspace if the step underflows', () => {
  assert.equal([...equalEdges(0, 5e-324, 2)], [0, 0, 5e-324]);
  // numpy.linspace(0, 1.5e-323, 9)
  assert.equal(
    [...equalEdges(0, 1.5e-323, 8)],
    [0, 0, 1, 1, 2, 2, 2, 3, 3].map((units) => units * 5e-324),
  );
});

test('span() puts a bin around equal values', () => {
  assert.equal(
    [span(2, 2), span(-1, 3)],
    [
      [1.5, 2.5],
      [-1, 3],
    ],
  );
});

test.run();
