import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HistogramSeries } from '../../../viewer/data/histogram-series.ts';
import { valueRange } from '../../../viewer/histograms/value-range.ts';
import { equalEdges, normal, pointOf } from './points.ts';

const gauss = normal(3);
const draws = (count: number, one: () => number): number[] => Array.from({ length: count }, one);
const KINDS = ['linear', 'symlog'] as const;

function seriesOf(length: number, values: (step: number) => number[]): HistogramSeries {
  const series = new HistogramSeries();
  for (let step = 0; step < length; step++) series.add(pointOf(step, values(step)));
  return series;
}

test('valueRange() shows a unit Gaussian whole', () => {
  for (const kind of KINDS) {
    const series = seriesOf(50, () => draws(500, gauss));
    const [from, to] = valueRange([series], kind).domain;
    assert.ok(from < -3 && from > -6 && to > 3 && to < 6, `${kind}: ${from} to ${to}`);
  }
});

test('valueRange() of a unit Gaussian is not changed much by one value of 1e30 or -1e18', () => {
  for (const kind of KINDS) {
    for (const outlier of [1e30, -1e18]) {
      const series = seriesOf(50, (step) => [...draws(500, gauss), ...(step === 20 ? [outlier] : [])]);
      const [from, to] = valueRange([series], kind).domain;
      assert.ok(from > -8 && from < -2.3 && to > 2.3 && to < 8, `${kind} ${outlier}: ${from} to ${to}`);
    }
  }
});

test('valueRange() bends a symmetric-log axis at the median magnitude, zeros apart', () => {
  const relu = seriesOf(20, () => draws(1000, () => Math.max(0, gauss() - 1.2)));
  const { constant, domain } = valueRange([relu], 'symlog');
  assert.ok(constant > 0.2 && constant < 1, `${constant}`);
  assert.ok(domain[0] > -0.5 && domain[1] > 1.5 && domain[1] < 5, `${domain}`);
  const gradients = seriesOf(20, () => draws(1000, () => gauss() * 1e-6));
  const small = valueRange([gradients], 'symlog').constant;
  assert.ok(small > 4e-7 && small < 1e-6, `${small}`);
});

test('valueRange() has a width for nothing but zeros, for one value, and for no values', () => {
  for (const kind of KINDS) {
    assert.equal(valueRange([seriesOf(5, () => [0, 0, 0])], kind).domain, [-1, 1]);
    assert.equal(valueRange([seriesOf(5, () => [Number.NaN])], kind).domain, [-1, 1]);
    assert.equal(valueRange([new HistogramSeries()], kind).domain, [-1, 1]);
    assert.equal(valueRange([], kind).domain, [-1, 1]);
    const [from, to] = valueRange([seriesOf(5, () => [5, 5, 5])], kind).domain;
    assert.ok(from > 3 && from < 4.7 && to > 5.2 && to < 7, `${from} to ${to}`);
    const point = new HistogramSeries();
    point.add(pointOf(0, [5, 5], Float64Array.of(5, 5)));
    const around = valueRange([point], kind).domain;
    assert.ok(around[0] < 5 && around[1] > 5, `${around}`);
  }
});

test('valueRange() spans all runs', () => {
  const runs = [0, 10].map((shift) => seriesOf(20, () => draws(300, () => gauss() + shift)));
  const [from, to] = valueRange(runs, 'linear').domain;
  assert.ok(from < -2 && to > 12, `${from} to ${to}`);
});

test('valueRange() spans equal bins from the first to the last', () => {
  const series = new HistogramSeries();
  for (let step = 0; step < 30; step++) {
    const values = draws(300, gauss);
    series.add(pointOf(step, values, equalEdges(values, 30)));
  }
  const [from, to] = valueRange([series], 'linear').domain;
  assert.ok(from < -2.5 && from > -6 && to > 2.5 && to < 6, `${from} to ${to}`);
});

test.run();
