import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HistogramSeries } from '../../../viewer/data/histogram-series.ts';
import { type Row, rowCells } from '../../../viewer/overview/row-cells.ts';
import { histogramPoint } from '../data/point.ts';
import { onSteps } from '../histograms/on-steps.ts';

/** A series whose means are these, a point for each step. */
function series(means: Record<number, number>, nan: readonly number[] = []): HistogramSeries {
  const made = new HistogramSeries();
  for (const [step, mean] of Object.entries(means)) {
    made.add(histogramPoint(Number(step), [0, 1], [8], { mean, nan: nan.includes(Number(step)) ? 2 : 0, count: 8 }));
  }
  return made;
}
/** A row on an axis of steps. */
const rowOf = (one: HistogramSeries): Row => ({ series: one, on: onSteps(one) });
const means = (one: HistogramSeries, steps: readonly [number, number], width: number) => [
  ...rowCells(rowOf(one), 'mean', steps, width).values,
];

test('a point reaches halfway to its neighbours', () => {
  const cells = means(series({ 0: 1, 2: 2, 4: 3 }), [-1, 5], 6);
  assert.equal(cells, [1, 1, 2, 2, 3, 3]);
});

test('steps without a point are blank, as on cards', () => {
  const none = Number.NaN;
  // The usual distance is 2: beside the gap a point reaches 1.5 steps. Twelve cells from step -1 to 11.
  assert.equal(means(series({ 0: 1, 2: 2, 8: 3 }), [-1, 11], 12), [1, 1, 2, 2, none, none, none, 3, 3, 3, none, none]);
  const steps = Array.from({ length: 31 }, (_, step) => step).filter((step) => step <= 4 || step >= 17);
  const gap = means(series(Object.fromEntries(steps.map((step) => [step, 1]))), [-0.5, 30.5], 31);
  assert.equal(
    gap.flatMap((mean, step) => (Number.isNaN(mean) ? [step] : [])),
    [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  );
});

test('cells before the first and after the last point are empty', () => {
  const one = series({ 10: 1, 11: 2 });
  const { values, columns } = rowCells(rowOf(one), 'mean', [6, 16], 10);
  // From 9.5 to 10.5, and from there to 11.5: the cells whose middles, 9.5, 10.5 and so on, lie in them.
  assert.equal([...columns], [-1, -1, -1, 0, 1, -1, -1, -1, -1, -1]);
  assert.equal(
    [...values].map(Number.isNaN),
    [...columns].map((column) => column === -1),
  );
});

test('of several points in a cell, the one farthest from 0 is shown', () => {
  const values: Record<number, number> = {};
  for (let step = 0; step < 1000; step++) values[step] = step === 503 ? -40 : 1;
  const cells = means(series(values), [0, 999], 10);
  assert.is(cells.filter((mean) => mean === -40).length, 1);
  assert.is(cells.filter((mean) => mean === 1).length, 9);
});

test('the smallest minimum and the largest maximum of a cell are shown', () => {
  const one = new HistogramSeries();
  for (let step = 0; step < 100; step++) {
    one.add(histogramPoint(step, [0, 1], [1], { min: step === 40 ? 5 : 9, max: step === 40 ? 9 : 5 }));
  }
  const of = (name: 'min' | 'max') => [...rowCells(rowOf(one), name, [-0.5, 99.5], 2).values];
  assert.equal(
    [of('min'), of('max')],
    [
      [5, 9],
      [9, 5],
    ],
  );
});

test('a single point with NaN is visible among thousands', () => {
  const values: Record<number, number> = {};
  for (let step = 0; step < 5000; step++) values[step] = 1;
  const { wrong } = rowCells(rowOf(series(values, [3210])), 'mean', [0, 4999], 100);
  assert.is(wrong.filter((share) => share > 0).length, 1);
  assert.is(Math.max(...wrong), 0.25);
});

test('on an axis of time cells are where times are', () => {
  const one = series({ 0: 1, 1: 2, 2: 3 });
  const times = Float64Array.of(100, 110, 120);
  const on = { times, columnAt: () => 0, placeOf: () => 0 };
  assert.equal([...rowCells({ series: one, on }, 'mean', [95, 125], 3).values], [1, 2, 3]);
  assert.equal([...rowCells({ series: one, on: onSteps(one) }, 'mean', [-0.5, 2.5], 3).values], [1, 2, 3]);
  const untimed = { ...on, times: new Float64Array(0) };
  assert.ok(rowCells({ series: one, on: untimed }, 'mean', [0, 3], 3).values.every(Number.isNaN));
});

test('zoomed in, only points within the steps have cells', () => {
  const one = series({ 0: 1, 1: 2, 2: 3, 3: 4 });
  assert.equal(means(one, [0.5, 2.5], 4), [2, 2, 3, 3]);
  assert.equal(means(one, [50, 60], 3).map(Number.isNaN), [true, true, true]);
  assert.equal(means(new HistogramSeries(), [0, 1], 2).map(Number.isNaN), [true, true]);
});

test('a single point is one step wide', () => {
  assert.equal([...rowCells(rowOf(series({ 5: 7 })), 'mean', [4.5, 5.5], 2).columns], [0, 0]);
  assert.equal(
    [...rowCells(rowOf(series({ 5: 7 })), 'mean', [0, 10], 10).columns].filter((column) => column === 0).length,
    1,
  );
});

test.run();
