import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HistogramSeries } from '../../../viewer/data/histogram-series.ts';
import { Columns, columnAfter, columnsWithin } from '../../../viewer/histograms/columns.ts';
import { pointOf } from './points.ts';

function seriesOf(steps: readonly number[]): HistogramSeries {
  const series = new HistogramSeries();
  for (const step of steps) series.add(pointOf(step, [step, 0, Number.NaN]));
  return series;
}
const extents = (steps: readonly number[]): [number, number][] => {
  const { left, right } = new Columns(seriesOf(steps));
  return [...left].map((from, i) => [from, right[i]!]);
};

test('a column reaches halfway to its neighbours', () => {
  assert.equal(extents([0, 10, 20, 30]), [
    [-5, 5],
    [5, 15],
    [15, 25],
    [25, 35],
  ]);
  assert.equal(extents([7]), [[6.5, 7.5]]);
});

test('a gap is kept, even of one point', () => {
  assert.equal(extents([0, 10, 30, 40, 50]), [
    [-5, 5],
    [5, 17.5],
    [22.5, 35],
    [35, 45],
    [45, 55],
  ]);
});

test('columns touch on both sides of a change of the logging interval', () => {
  const steps = [...Array.from({ length: 20 }, (_, i) => i), ...Array.from({ length: 20 }, (_, i) => 20 + i * 10)];
  const found = extents(steps);
  for (const i of [1, 10, 30, 38]) assert.is(found[i]![1], found[i + 1]![0], `after step ${steps[i]}`);
});

test('steps far apart: columns are as wide as usual around them', () => {
  const found = extents([0, 1, 2, 3, 4, 1e9, 1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4]);
  assert.equal(found[4], [3.5, 4.75]);
  assert.equal(found[5], [1e9 - 0.75, 1e9 + 0.5]);
});

test('counts and lanes come from the points', () => {
  const columns = new Columns(seriesOf([0, 5]));
  assert.equal([...columns.count], [3, 3]);
  assert.equal([...columns.lanes.zeros], [2, 1]);
  assert.equal([...columns.lanes.nan], [1, 1]);
});

test('unknown counts are 0', () => {
  const series = new HistogramSeries();
  const point = pointOf(0, [1, 2]);
  series.add({ ...point, summary: { ...point.summary, zeros: Number.NaN, below: Number.NaN } });
  const columns = new Columns(series);
  assert.equal([columns.lanes.zeros[0], columns.below[0]], [0, 0]);
});

test('decoded bins are kept for the next version, unless their point was replaced', () => {
  const series = seriesOf([0, 1, 2]);
  const before = new Columns(series);
  const kept = [0, 1, 2].map((column) => before.bins(column));
  series.add(pointOf(3, [5]));
  series.add(pointOf(1, [7, 7, 7, 7]));
  const after = new Columns(series, before);
  assert.is(after.bins(0), kept[0]);
  assert.is(after.bins(2), kept[2]);
  assert.equal(after.bins(1), series.bins(1));
  assert.equal(after.bins(3), series.bins(3));
});

test('columnAfter() is the first column that ends after a step', () => {
  const columns = new Columns(seriesOf([0, 10, 20]));
  assert.equal(
    [-100, 4.9, 5, 24.9, 25, 100].map((step) => columnAfter(columns, step)),
    [0, 0, 1, 2, 3, 3],
  );
});

test('columnsWithin() are the columns that overlap a range of steps', () => {
  const columns = new Columns(seriesOf([0, 10, 20]));
  assert.equal(columnsWithin(columns, [4, 6]), [0, 2]);
  assert.equal(columnsWithin(columns, [5, 15]), [1, 2]);
  assert.equal(columnsWithin(columns, [-100, 100]), [0, 3]);
  assert.equal(columnsWithin(columns, [30, 40]), [3, 3]);
});

test('released columns keep no bins, and decode them on each call', () => {
  const series = seriesOf([0, 5]);
  let read = 0;
  const { bins } = series;
  series.bins = (...args) => {
    read++;
    return bins.apply(series, args);
  };
  const columns = new Columns(series);
  assert.is(columns.bins(1), columns.bins(1));
  assert.is(read, 1);
  columns.release();
  assert.equal(columns.bins(1), columns.bins(1));
  assert.is(read, 3);
});

test.run();
