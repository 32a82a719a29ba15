import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SvgPainter } from '../../../viewer/cards/svg-painter.ts';
import type { Theme } from '../../../viewer/cards/theme.ts';
import { Store } from '../../../viewer/data/store.ts';
import type { Curve } from '../../../viewer/histograms/curves.ts';
import { nearestCurve } from '../../../viewer/histograms/curves-plot.ts';
import { overlay } from '../../../viewer/histograms/overlay.ts';
import { ridge } from '../../../viewer/histograms/ridge.ts';
import { SceneMaker } from '../../../viewer/histograms/scene.ts';
import { FIRST_VIEW } from '../../../viewer/state/view-state.ts';
import { contextOf } from '../context.ts';
import { histogramPoint } from '../data/point.ts';

const curve = (run: string, at: number) => ({ of: { run }, at }) as Curve;
const curves = [curve('a', 0), curve('b', 4), curve('a', 10)];

test('nearestCurve() prefers the hovered run, and falls back to any', () => {
  assert.is(nearestCurve(curves, { at: 4, run: 'a' }), 0);
  assert.is(nearestCurve(curves, { at: 6, run: 'a' }), 2);
  assert.is(nearestCurve(curves, { at: 9, run: 'b' }), 1);
  assert.is(nearestCurve(curves, { at: 4, run: 'c' }), 1);
  assert.is(nearestCurve(curves, { at: 9 }), 2);
});

const ACCENT = '#b45309';
const theme = { surface: '#fff', ink: '#000', ink2: '#111', ink3: '#222', line: '#ddd', accent: ACCENT } as Theme;

/** The number of rectangles in the accent colour, when the steps have these counts in the bin around 0.5. */
function marks(plot: typeof ridge, counts: readonly number[]): number {
  const store = new Store();
  store.add(counts.map((count, step) => histogramPoint(step, [0, 1, 2, 3, 4], [count, 5, 5, 5])));
  const context = contextOf(store);
  const scene = new SceneMaker(context, 'fc1', undefined).make(FIRST_VIEW, theme, 400, 300, 1);
  const painter = new SvgPainter('serif');
  plot(scene).paint(painter);
  return painter.finish(400, 300, '').split(`fill="${ACCENT}"`).length - 1;
}

test('a curve that is cut off is marked', () => {
  for (const plot of [ridge, overlay]) {
    assert.is(marks(plot, [10, 11, 12, 13]), 0, plot.name);
    assert.ok(marks(plot, [10, 11, 900, 13]) > 0, plot.name);
    assert.is(marks(plot, [900, 900, 900, 900]), 0, plot.name);
  }
});

test.run();
