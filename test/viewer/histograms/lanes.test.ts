import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HistogramSeries } from '../../../viewer/data/histogram-series.ts';
import { Columns } from '../../../viewer/histograms/columns.ts';
import { densityOf } from '../../../viewer/histograms/density.ts';
import { lostStretches } from '../../../viewer/histograms/lanes.ts';
import { pointOf } from './points.ts';

test('lostStretches() are the columns with nothing but NaN and infinities', () => {
  const series = new HistogramSeries();
  const values = [
    [1, 2],
    [Number.NaN],
    [Number.POSITIVE_INFINITY, Number.NaN],
    [Number.NaN, 1],
    [],
    [Number.NEGATIVE_INFINITY],
    // Beyond the axis, which is not lost.
    [1e9, Number.NaN],
  ];
  for (const [step, of] of values.entries()) series.add(pointOf(step, of));
  const borders = Float64Array.of(0, 1, 2, 3);
  assert.equal(lostStretches(densityOf(new Columns(series), [-0.5, 6.5], 7, borders)), [
    [1, 3],
    [5, 6],
  ]);
});

test.run();
