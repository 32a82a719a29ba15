import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HistogramSeries } from '../../../viewer/data/histogram-series.ts';
import { Columns } from '../../../viewer/histograms/columns.ts';
import { areas, type Curve, ceilingOf, evenly, outline } from '../../../viewer/histograms/curves.ts';
import type { RunHistograms } from '../../../viewer/histograms/scene.ts';
import { onSteps } from './on-steps.ts';
import { pointOf } from './points.ts';

function runOf(steps: readonly number[]): RunHistograms {
  const series = new HistogramSeries();
  for (const step of steps) series.add(pointOf(step, [1]));
  return { run: 'run', series, columns: new Columns(series), colour: '', ...onSteps(series) };
}
const curve = (...heights: number[]): Curve =>
  ({ heights: Float32Array.from(heights), highest: Math.max(...heights) }) as Curve;

test('evenly() takes all columns if they are few', () => {
  const of = runOf([0, 10, 20, 30, 40]);
  assert.equal(evenly(of, [10, 30]), [1, 2, 3]);
  assert.equal(evenly(of, [11, 29]), [2]);
  assert.equal(evenly(of, [11, 12]), []);
  assert.equal(evenly(of, [-5, 500]), [0, 1, 2, 3, 4]);
  assert.equal(evenly(runOf([]), [0, 1]), []);
});

test('evenly() takes at most the given number, with the first and the last', () => {
  const chosen = evenly(runOf(Array.from({ length: 1000 }, (_, i) => i)), [100, 899], 60);
  assert.is(chosen.length, 60);
  assert.equal([chosen[0], chosen.at(-1)], [100, 899]);
  chosen.forEach((column, i) => {
    if (i > 0) assert.ok(column - chosen[i - 1]! >= 13 && column - chosen[i - 1]! <= 14);
  });
});

test('ceilingOf() is the highest value, or three times the median if that is less', () => {
  assert.is(ceilingOf([curve(1), curve(2), curve(4)]), 4);
  assert.is(ceilingOf([curve(1), curve(2), curve(100)]), 6);
  assert.is(ceilingOf([]), 0);
});

test('outline() goes through the middles of the cells, with gaps where they are empty', () => {
  const points = outline(curve(0, 0, 2, 4, 0, 0, 0, 1), 10, 80, 100, 10, 35);
  const expected = [25, 100, 35, 80, 45, 65, 55, 100, Number.NaN, Number.NaN, 75, 100, 85, 90];
  // The first cell and its neighbours are empty.
  assert.equal(points, expected);
  assert.equal(areas(points, 100), [
    [25, 100, 25, 100, 35, 80, 45, 65, 55, 100, 55, 100],
    [75, 100, 75, 100, 85, 90, 85, 100],
  ]);
});

test.run();
