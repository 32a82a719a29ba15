import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { valueAxis } from '../../../viewer/cards/value-axis.ts';
import { DEFAULT_EDGES } from '../../../viewer/data/clamped-bins.ts';
import type { Bins } from '../../../viewer/data/points.ts';
import { spread } from '../../../viewer/histograms/spread.ts';
import { random } from './points.ts';
import { rowsOf } from './twins.ts';

const uniform = random(5);
const f64 = (...numbers: number[]): Float64Array => Float64Array.from(numbers);

function spreadOf(bins: Bins, borders: Float64Array): number[] {
  const sums = new Float32Array(borders.length + 1);
  spread(bins, borders, sums, 0, 1);
  return [...sums];
}

function near(actual: readonly number[], expected: readonly number[], message: string): void {
  assert.is(actual.length, expected.length, message);
  const total = expected.reduce((sum, one) => sum + one, 0);
  // Tolerance for float32 sums of a few hundred numbers.
  actual.forEach((one, i) => {
    assert.ok(
      Math.abs(one - expected[i]!) <= 1e-5 * total,
      `${message}: row ${i} holds ${one}, expected ${expected[i]}`,
    );
  });
}

test('spread() gives each row the counts between its borders', () => {
  const bins = { edges: f64(0, 1, 3, 3, 4), counts: f64(10, 20, 5, 8) };
  assert.equal(spreadOf(bins, f64(0.5, 1, 2, 3.5)), [5, 5, 10, 10 + 5 + 4, 4]);
});

test('spread() puts a bin of one value into one row: on a border the upper row, on the last border the last row', () => {
  const at = (value: number): Bins => ({ edges: f64(value, value), counts: f64(7) });
  const borders = f64(0, 1, 2);
  assert.equal(spreadOf(at(-1), borders), [7, 0, 0, 0]);
  assert.equal(spreadOf(at(0), borders), [0, 7, 0, 0]);
  assert.equal(spreadOf(at(1), borders), [0, 0, 7, 0]);
  assert.equal(spreadOf(at(2), borders), [0, 0, 7, 0]);
  assert.equal(spreadOf(at(2.5), borders), [0, 0, 0, 7]);
});

test('spread() agrees with intersecting every bin and every row', () => {
  for (let round = 0; round < 300; round++) {
    const n = Math.floor(uniform() * 40);
    const edges = Float64Array.from({ length: n + 1 }, () => Math.round((uniform() - 0.5) * 40) / 4).sort();
    const counts = Float64Array.from({ length: n }, () => (uniform() < 0.3 ? 0 : Math.floor(uniform() * 100)));
    const borders = Float64Array.from({ length: 2 + Math.floor(uniform() * 30) }, () => (uniform() - 0.5) * 12).sort();
    near(spreadOf({ edges, counts }, borders), rowsOf({ edges, counts }, borders), `round ${round}`);
  }
});

test("spread() agrees on PyTorch's bins, on linear and symmetric-log axes", () => {
  const counts = Float64Array.from({ length: 1548 }, () => Math.floor(uniform() * 50));
  for (const kind of ['linear', 'symlog'] as const) {
    const axis = valueAxis(kind, [-0.3, 20], 0.01);
    const borders = Float64Array.from({ length: 181 }, (_, i) => axis.valueAt(i / 180));
    near(spreadOf({ edges: DEFAULT_EDGES, counts }, borders), rowsOf({ edges: DEFAULT_EDGES, counts }, borders), kind);
  }
});

test('spread() loses nothing of bins as wide as float64', () => {
  for (const edges of [
    f64(-Number.MAX_VALUE, Number.MAX_VALUE),
    f64(Number.NEGATIVE_INFINITY, 0.5),
    f64(0.5, Number.POSITIVE_INFINITY),
  ]) {
    const sums = spreadOf({ edges, counts: f64(12) }, f64(0, 1, 2));
    assert.ok(Math.abs(sums.reduce((sum, one) => sum + one, 0) - 12) < 1e-5, `${edges}: ${sums}`);
  }
});

test('spread() adds to existing sums, from an index on, times a weight', () => {
  const sums = Float32Array.of(1, 1, 1, 1, 1, 1);
  spread({ edges: f64(0, 2), counts: f64(8) }, f64(0, 1, 2), sums, 2, 0.5);
  assert.equal([...sums], [1, 1, 1, 3, 3, 1]);
});

test.run();
