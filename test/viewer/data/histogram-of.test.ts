import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_EDGES } from '../../../viewer/data/clamped-bins.ts';
import { histogramOf } from '../../../viewer/data/histogram-of.ts';

/** numpy.histogram, value by value, without empty bins at the ends. */
function expected(values: readonly number[]): [edge: number, count: number][] {
  const last = DEFAULT_EDGES.length - 1;
  const counts = new Map<number, number>();
  for (const value of values) {
    let bin = -1;
    for (let i = 0; i < last; i++) {
      const right = i === last - 1 ? value <= DEFAULT_EDGES[i + 1]! : value < DEFAULT_EDGES[i + 1]!;
      if (value >= DEFAULT_EDGES[i]! && right) bin = i;
    }
    if (bin >= 0) counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  const [first, end] = [Math.min(...counts.keys()), Math.max(...counts.keys())];
  return Array.from({ length: end - first + 1 }, (_, i) => [DEFAULT_EDGES[first + i]!, counts.get(first + i) ?? 0]);
}

const found = (values: readonly number[]) => {
  const { bins } = histogramOf(Float32Array.from(values));
  return Array.from(bins.counts, (count, i) => [bins.edges[i]!, count]);
};

test('bins are those of numpy over the same edges', () => {
  const values = Array.from({ length: 200 }, (_, i) => Math.fround(3 * Math.sin(i * i) * Math.cos(7 * i)));
  assert.equal(found(values), expected(values));
  assert.equal(found([0]), expected([0]));
  assert.equal(found([-1e-13, 1e19]), expected([-1e-13, 1e19]));
});

test('zeros, NaN, infinities and values beyond the edges are counted apart', () => {
  const values = [
    0,
    -0,
    1,
    3,
    Number.NaN,
    Number.NaN,
    Number.NaN,
    Infinity,
    Infinity,
    -Infinity,
    1e30,
    -1e30,
    -2e30,
    -3e30,
  ];
  const { bins, summary } = histogramOf(Float32Array.from(values));
  assert.equal(
    bins.counts.reduce((sum, count) => sum + count, 0),
    4,
  );
  const { count, zeros, nan, positiveInfinity, negativeInfinity, below, above, unknown } = summary;
  assert.equal([count, zeros, nan, positiveInfinity, negativeInfinity], [14, 2, 3, 2, 1]);
  assert.equal([below, above, unknown], [3, 1, 0]);
});

test('mean and standard deviation are of the finite values', () => {
  const { summary } = histogramOf(Float32Array.from([1, 2, 4, Number.NaN, Infinity]));
  assert.is(summary.mean.toFixed(6), (7 / 3).toFixed(6));
  // Of [1, 2, 4]: squares of -4/3, -1/3, 5/3 are 42/9 together.
  assert.is(summary.std.toFixed(6), Math.sqrt(42 / 27).toFixed(6));
  assert.equal([summary.min, summary.max], [1, 4]);
});

test('without a value in a bin there is one edge and no count', () => {
  for (const values of [[], [Number.NaN], [Infinity, 1e30]]) {
    const { bins, summary } = histogramOf(Float32Array.from(values));
    assert.equal([bins.edges.length, bins.counts.length, summary.count], [1, 0, values.length]);
  }
});

test.run();
