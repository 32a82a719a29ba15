import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addBins, fewerBins } from '../../../viewer/data/add-bins.ts';
import { DEFAULT_EDGES } from '../../../viewer/data/clamped-bins.ts';
import type { Bins } from '../../../viewer/data/points.ts';

const bins = (edges: readonly number[], counts: readonly number[]): Bins => ({
  edges: Float64Array.from(edges),
  counts: Float64Array.from(counts),
});
const plain = ({ edges, counts }: Bins) => [[...edges], [...counts]];
const total = ({ counts }: Bins) => counts.reduce((sum, count) => sum + count, 0);

/** The cumulative count at a value, with even spread within a bin: slow and obvious. */
function below({ edges, counts }: Bins, value: number): number {
  let sum = 0;
  counts.forEach((count, i) => {
    const [left, right] = [edges[i]!, edges[i + 1]!];
    if (right <= value) sum += count;
    else if (left < value) sum += count * ((value - left) / (right - left));
  });
  return sum;
}

test('addBins() adds counts if the edges are equal', () => {
  assert.equal(plain(addBins(bins([0, 1, 5], [2, 0]), bins([0, 1, 5], [0.5, 7]))), [
    [0, 1, 5],
    [2.5, 7],
  ]);
});

test('addBins() is exact on stretches of the default edges that do not touch', () => {
  const edges = DEFAULT_EDGES;
  const [a, b] = [edges.subarray(10, 13), edges.subarray(15, 17)];
  const sum = addBins(bins([...a], [1, 2]), bins([...b], [3]));
  assert.equal(plain(sum), [[...edges.subarray(10, 17)], [1, 2, 0, 0, 0, 3]]);
});

test('addBins() spreads a cut bin, and keeps counts whole', () => {
  assert.equal(plain(addBins(bins([0, 4], [4]), bins([1, 2, 4], [0, 10]))), [
    [0, 1, 2, 4],
    [1, 1, 12],
  ]);
  const [, counts] = plain(addBins(bins([0, 4], [2]), bins([1, 2, 4], [0, 0])));
  assert.ok(counts!.every(Number.isInteger), String(counts));
  assert.is(
    counts!.reduce((sum, one) => sum + one),
    2,
  );
});

test('addBins() keeps the bin of a single value', () => {
  assert.equal(plain(addBins(bins([2, 2], [9]), bins([0, 4], [4]))), [
    [0, 2, 2, 4],
    [2, 9, 2],
  ]);
  assert.equal(plain(addBins(bins([0, 0, 1], [5, 1]), bins([0, 1], [3]))), [
    [0, 0, 1],
    [5, 4],
  ]);
});

test('addBins() takes an empty histogram', () => {
  const some = bins([1, 2], [3]);
  const none = bins([0], []);
  assert.equal(plain(addBins(some, none)), plain(some));
  assert.equal(plain(addBins(none, some)), plain(some));
});

const histogram = fc
  .tuple(
    fc.array(fc.oneof(fc.integer({ min: -9, max: 9 }), fc.double({ noNaN: true, noDefaultInfinity: true })), {
      minLength: 2,
      maxLength: 12,
    }),
    fc.array(fc.nat(1000), { minLength: 12, maxLength: 12 }),
  )
  .map(([edges, counts]) => {
    const sorted = Float64Array.from(edges.map((edge) => edge + 0)).sort();
    return bins([...sorted], counts.slice(0, sorted.length - 1));
  });

test('addBins() adds the cumulative counts at each edge, to within one', () => {
  fc.assert(
    fc.property(histogram, histogram, (a, b) => {
      const sum = addBins(a, b);
      assert.is(total(sum), total(a) + total(b));
      assert.equal(
        [...sum.edges],
        [...sum.edges].sort((x, y) => x - y),
      );
      for (const edge of sum.edges) {
        const expected = below(a, edge) + below(b, edge);
        // The width overflows in the twin.
        if (Number.isNaN(expected) || sum.edges.at(-1)! - sum.edges[0]! === Infinity) continue;
        assert.ok(Math.abs(below(sum, edge) - expected) < 1, `${below(sum, edge)} below ${edge}, not ${expected}`);
      }
    }),
    { numRuns: 1000 },
  );
});

test('addBins() makes no more bins than its inputs have, or 64', () => {
  const many = (size: number, offset: number) =>
    bins(
      Array.from({ length: size + 1 }, (_, i) => i + offset),
      new Array(size).fill(3),
    );
  const sum = addBins(many(400, 0), many(300, 0.25));
  assert.is(sum.counts.length, 400);
  assert.is(total(sum), 2100);
  assert.equal([sum.edges[0], sum.edges.at(-1)], [0, 400]);
  assert.is(addBins(many(40, 0), many(40, 0.25)).counts.length, 64);
});

test('fewerBins() joins neighbours and keeps both ends', () => {
  assert.equal(plain(fewerBins(bins([0, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5]), 3)), [
    [0, 1, 3, 5],
    [1, 5, 9],
  ]);
});

test.run();
