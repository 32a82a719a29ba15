import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultEdges, kernels, type Numbers } from '../../../src/kernels/index.ts';
import type { Histogram } from '../../../src/tensorboard/format/event.ts';
import { histogramOf } from '../../../src/tensorboard/summaries/histogram.ts';
import { momentsOf } from '../../../src/tensorboard/summaries/moments.ts';
import { cases } from '../fixture.ts';
import { readEvents } from '../read-events.ts';

const edges = defaultEdges();
function recordOf(values: Numbers): Histogram | undefined {
  const distribution = kernels().distribution(values, edges);
  return histogramOf(distribution.counts, edges, momentsOf(distribution));
}

/** PyTorch adds in the order of its BLAS. */
const near = (actual: number, expected: number) =>
  Object.is(actual, expected) || Math.abs(actual - expected) <= 1e-12 * Math.abs(expected);

for (const { name, kind, numbers, finite, record } of cases) {
  if (kind !== 'histogram') continue;
  const expected = readEvents(record)[0]!.histogram!;

  test(`histogramOf() has PyTorch's buckets for ${name}`, () => {
    const actual = recordOf(numbers)!;
    assert.equal([...actual.bucketLimits], expected.limits);
    assert.equal([...actual.bucketCounts], expected.counts);
    assert.is(actual.num, expected.num);
  });

  if (!finite) continue;

  test(`histogramOf() has PyTorch's extremes and sums for ${name}`, () => {
    const actual = recordOf(numbers)!;
    assert.is(actual.min, expected.min);
    assert.is(actual.max, expected.max);
    assert.ok(near(actual.sum, expected.sum), `sum ${actual.sum}, PyTorch ${expected.sum}`);
    assert.ok(near(actual.sumSquares, expected.sumSquares), `squares ${actual.sumSquares}, ${expected.sumSquares}`);
  });
}

test('histogramOf() keeps extremes and sums finite for values that are not', () => {
  const { min, max, sum, sumSquares, num } = recordOf([NaN, 1, -Infinity, 2, Infinity])!;
  assert.equal({ min, max, sum, sumSquares, num }, { min: 1, max: 2, sum: 3, sumSquares: 5, num: 5 });
});

test('histogramOf() is undefined if no value falls into a bin', () => {
  for (const values of [[], [NaN, NaN], [Infinity], [1e20, -1e20]]) {
    assert.is(recordOf(values), undefined, String(values));
  }
});

test('histogramOf() counts float32 and float64 values against float64 edges', () => {
  // The edge 0.917… lies between two float32 values.
  const edge = edges.find((x) => x > 0.9)!;
  const below = new Float32Array(Float32Array.of(edge).map((x) => (x < edge ? x : x - 2 ** -24)));
  const left = recordOf(below)!.bucketLimits[0];
  assert.ok(left! < edge);
  assert.is(recordOf([edge])!.bucketLimits[0], edge);
});

test.run();
