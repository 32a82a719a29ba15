import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HistogramSeries } from '../../../viewer/data/histogram-series.ts';
import type { HistogramPoint } from '../../../viewer/data/points.ts';
import { Columns } from '../../../viewer/histograms/columns.ts';
import { type Density, densest, densityOf } from '../../../viewer/histograms/density.ts';
import { outside } from '../../../viewer/histograms/lanes.ts';
import { quantileAt } from '../../../viewer/histograms/quantile-lines.ts';
import { equalEdges, normal, pointOf, random } from './points.ts';
import { pixelsOf } from './twins.ts';

const uniform = random(11);
const gauss = normal(12);
const draws = <T>(count: number, one: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => one(i));
const borders = Float64Array.from({ length: 41 }, (_, i) => -2 + i / 10);

function seriesOf(points: readonly HistogramPoint[]): HistogramSeries {
  const series = new HistogramSeries();
  for (const point of points) series.add(point);
  return series;
}

/** Records of 200 values, in PyTorch's bins or in equal ones. */
const regular = (length: number, own: (i: number) => boolean): HistogramSeries =>
  seriesOf(
    draws(length, (i) => i).map((i) => {
      const values = draws(200, () => gauss() + i / length);
      return own(i) ? pointOf(i * 5, values, equalEdges(values, 30)) : pointOf(i * 5, values);
    }),
  );

function agree(density: Density, expected: readonly number[][]): void {
  const total = expected.flat().reduce((sum, one) => sum + one, 0);
  assert.ok(total > 0);
  expected.forEach((sums, x) => {
    sums.forEach((sum, row) => {
      const found = density.mass[x * (density.rows + 2) + row]!;
      assert.ok(Math.abs(found - sum) <= 1e-4 + 1e-5 * sum, `pixel ${x}, row ${row}: ${found}, expected ${sum}`);
    });
  });
}

for (const [name, series] of [
  ["PyTorch's bins", regular(120, () => false)],
  ['equal bins', regular(120, () => true)],
  ['both', regular(120, (i) => i % 3 === 0)],
] as const) {
  const columns = new Columns(series);
  for (const [steps, width] of [
    [[-2.5, 597.5], 40],
    [[-2.5, 597.5], 77],
    [[-2.5, 597.5], 500],
    [[101, 120.5], 64],
    [[-300, 900], 50],
  ] as const) {
    test(`densityOf() agrees with adding every point to every pixel: ${name}, ${width} pixels of ${steps}`, () => {
      const { left, right } = columns;
      agree(densityOf(columns, steps, width, borders), pixelsOf(series, left, right, steps, width, borders));
    });
  }
}

test('densityOf() loses no value: those in, below and above the image are all that were logged', () => {
  const series = seriesOf(draws(500, (i) => pointOf(i, [...draws(99, gauss), i % 2 === 0 ? 1e30 : -1e30])));
  const density = densityOf(new Columns(series), [-0.5, 499.5], 90, borders);
  const sum = density.mass.reduce((all, one) => all + one, 0);
  assert.ok(Math.abs(sum - 500 * 100) < 0.5, `${sum}`);
  const { below, above } = outside(density);
  const known = series.length / 2;
  assert.ok(below >= known && above >= known, `${below} below, ${above} above`);
});

test('densityOf() leaves pixels empty where steps are missing', () => {
  const columns = new Columns(seriesOf([0, 1, 2, 3, 20, 21, 22, 23].map((step) => pointOf(step, [0]))));
  const { covered } = densityOf(columns, [-0.5, 23.5], 24, borders);
  assert.equal([...covered].join(''), '111110000000000000011111');
});

test('densityOf() draws an isolated point three pixels wide, also at the borders', () => {
  const pairs = [0, 1, 1e9, 1e9 + 1, 2e9, 2e9 + 1];
  const columns = new Columns(seriesOf(pairs.map((step) => pointOf(step, [0, Number.NaN]))));
  const density = densityOf(columns, [-0.5, 2e9 + 1.5], 21, borders);
  assert.equal([...density.covered].join(''), '111000000111000000111');
  assert.equal([...density.lanes.nan].map(Boolean), [...density.covered].map(Boolean));
});

test('densityOf() adds lanes as it adds bins', () => {
  const nan = Number.NaN;
  const series = seriesOf(
    draws(100, (i) => pointOf(i, [0, 1, ...(i < 30 ? [nan, nan] : []), ...(i === 70 ? [Infinity] : [])])),
  );
  const density = densityOf(new Columns(series), [-0.5, 99.5], 10, borders);
  const close = (numbers: Float64Array) => [...numbers].map((one) => Math.round(one * 1e6) / 1e6);
  assert.equal(close(density.lanes.nan), [20, 20, 20, 0, 0, 0, 0, 0, 0, 0]);
  assert.equal(close(density.lanes.positiveInfinity), [0, 0, 0, 0, 0, 0, 0, 1, 0, 0]);
  assert.equal(close(density.lanes.zeros), new Array(10).fill(10));
  assert.equal(close(density.count), [40, 40, 40, 20, 20, 20, 20, 21, 20, 20]);
});

test('densityOf() of nothing is empty', () => {
  const density = densityOf(new Columns(new HistogramSeries()), [-0.5, 0.5], 10, borders);
  assert.is(density.mass.some(Boolean), false);
  assert.equal(densest(density), { most: 0, usual: 0 });
});

test('quantileAt() finds the quantiles of the values, to within a bin or a row', () => {
  const values = draws(20_000, gauss);
  const density = densityOf(new Columns(seriesOf([pointOf(0, values)])), [-0.5, 0.5], 1, borders);
  const shares = [0.05, 0.25, 0.5, 0.75, 0.95];
  const at = new Float64Array(shares.length);
  quantileAt(density, 0, shares, at);
  values.sort((a, b) => a - b);
  shares.forEach((share, i) => {
    const expected = values[Math.floor(share * values.length)]!;
    const found = -2 + at[i]! / 10;
    // Bins of PyTorch's edges are a tenth of their place wide, rows 0.1.
    assert.ok(Math.abs(found - expected) <= 0.1 + Math.abs(expected) / 10, `${share}: ${found}, expected ${expected}`);
  });
});

test('quantileAt() is outside the rows for values outside, and NaN without values', () => {
  const at = new Float64Array(2);
  const outsideOf = (values: number[]): Density =>
    densityOf(new Columns(seriesOf([pointOf(0, values)])), [-0.5, 0.5], 1, borders);
  quantileAt(outsideOf([-50, -50, 50, 50]), 0, [0.25, 0.75], at);
  assert.ok(at[0]! < 0 && at[1]! > 40);
  quantileAt(outsideOf([Number.NaN]), 0, [0.25, 0.75], at);
  assert.ok(Number.isNaN(at[0]!) && Number.isNaN(at[1]!));
});

test('densest() is the maximum and an estimate of the 98th percentile', () => {
  const width = 100;
  const mass = new Float32Array(width * 102);
  for (let x = 0; x < width; x++) for (let row = 1; row <= 100; row++) mass[x * 102 + row] = 1 + uniform();
  mass[5 * 102 + 3] = 1e6;
  // Values below the image are not a pixel.
  mass[5 * 102] = 1e9;
  const { most, usual } = densest({ mass, width, rows: 100 } as unknown as Density);
  assert.is(most, 1e6);
  assert.ok(usual > 1.9 && usual <= 2, `${usual}`);
});

test.run();
