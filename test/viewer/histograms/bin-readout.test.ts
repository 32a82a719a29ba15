import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HistogramSeries } from '../../../viewer/data/histogram-series.ts';
import type { Bins } from '../../../viewer/data/points.ts';
import {
  binAt,
  describeBin,
  describeColumn,
  formatBin,
  nameOfColumn,
  valueOfPixel,
} from '../../../viewer/histograms/bin-readout.ts';
import { pointOf, random } from './points.ts';

const bins: Bins = { edges: Float64Array.of(0, 0.1, 0.11, 2, 2, 3), counts: Float64Array.of(5, 12, 0, 4, 1) };

test('binAt() includes the left edge of a bin, and the right edge of the last', () => {
  assert.equal(
    [-1, 0, 0.05, 0.1, 0.1099, 0.11, 2.5, 3, 3.1].map((value) => binAt(bins, value)),
    [-1, 0, 0, 1, 1, 2, 4, 4, -1],
  );
  assert.is(binAt({ edges: Float64Array.of(0), counts: new Float64Array(0) }, 0), -1);
});

test('binAt() finds a bin of one value at exactly that value', () => {
  assert.equal(
    [1.999, 2, 2.001].map((value) => binAt(bins, value)),
    [2, 3, 4],
  );
});

test('valueOfPixel() is the middle of a pixel, or of the fullest bin if the pixel touches several', () => {
  assert.is(valueOfPixel(bins, 0.2, 0.4, 0.3), 0.3);
  assert.is(valueOfPixel(bins, 0.03, 0.07, 0.05), 0.05);
  assert.is(binAt(bins, valueOfPixel(bins, 0.05, 0.15, 0.08)), 1);
  assert.is(valueOfPixel(bins, 1.9, 2.2, 2.1), 2);
  assert.is(binAt(bins, valueOfPixel(bins, -5, 5, 1)), 1);
  assert.is(valueOfPixel(bins, -5, -4, -4.5), -4.5);
  const zeros = { edges: Float64Array.of(-1e-12, 0, 1e-12, 1.1e-12), counts: Float64Array.of(1, 57, 2) };
  assert.is(binAt(zeros, valueOfPixel(zeros, -0.01, 0.02, 0.005)), 1);
});

test('binAt() agrees with a linear search', () => {
  const uniform = random(8);
  for (let round = 0; round < 200; round++) {
    const edges = Float64Array.from({ length: 20 }, uniform).sort();
    const some = { edges, counts: new Float64Array(19) };
    const value = uniform() * 1.2 - 0.1;
    assert.is(
      binAt(some, value),
      Array.from({ length: 19 }, (_, i) => i).findIndex((i) => edges[i]! <= value && value < edges[i + 1]!),
    );
  }
});

test('formatBin() has enough digits to tell the edges apart, and closes the last bin', () => {
  assert.equal(
    [0, 1, 3, 4].map((bin) => formatBin(bins, bin)),
    ['[0, 0.1)', '[0.1, 0.11)', '[2]', '[2, 3]'],
  );
  assert.is(
    formatBin({ edges: Float64Array.of(1000.0001, 1000.0002, 1001), counts: Float64Array.of(1, 1) }, 0),
    '[1000.0001, 1000.0002)',
  );
});

test('a column is described by its bin, its moments and the values in no bin', () => {
  const series = new HistogramSeries();
  const values = [0.1, 0.1, 0.105, 2.5, Number.NaN, Infinity];
  series.add(
    pointOf(
      1234,
      values,
      bins.edges.filter((edge, i, all) => edge !== all[i - 1]),
    ),
  );
  assert.is(nameOfColumn(series, 0), 'step 1,234');
  assert.is(describeBin(series, 0, 0.104), '[0.1, 0.11): 3 of 6 (50 %)');
  assert.is(describeBin(series, 0, 70), '70: in no bin');
  assert.is(
    describeColumn(series, 0, true),
    'mean 0.7013 · std 1.039 · min 0.1 · max 2.5 · NaN 1 (16.7 %) · +Inf 1 (16.7 %)',
  );
  assert.is(describeColumn(series, 0, false), 'mean 0.7013 · std 1.039 · min 0.1 · max 2.5');
});

test('nameOfColumn() says how many points a column sums', () => {
  const series = new HistogramSeries();
  for (let step = 0; step < 8; step++) series.add(pointOf(step * 10, [1]));
  series.shrink();
  assert.is(nameOfColumn(series, 0), 'steps 0 to 10, 2 points added');
});

test.run();
