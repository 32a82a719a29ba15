import { shortPlace } from '../axes/ticks.ts';
import { label, paintRuns } from '../cards/axes.ts';
import type { Painter } from '../cards/painter.ts';
import { areas, ceilingOf, curvesOf, outline as outlineOf } from './curves.ts';
import { curvesBox, curvesPlot, HEADER, paintCut } from './curves-plot.ts';
import type { Plot, Scene } from './scene.ts';

/** The part of the height that the highest ridge takes, as in TensorBoard. */
const RIDGE = 1 / 2.5;

/** Least distance of ridges, in CSS pixels: closer ones would look like hatching. */
const APART = 4;

/** The histograms of several steps as ridges: the oldest faint and at the back, the newest in front. */
export function ridge(scene: Scene): Plot {
  const { theme, axis, runs } = scene;
  const box = curvesBox(scene);
  const { left, top, width, height } = box;
  const curves = curvesOf(scene, width, Math.max(2, Math.floor((height * (1 - RIDGE)) / APART)));
  const tall = curves.length > 1 ? height * RIDGE : height * 0.95;
  const ceiling = ceilingOf(curves) || 1;
  const last = curves.length - 1;
  const base = (curve: number) => top + height - (last === 0 ? 0 : ((last - curve) / last) * (height - tall));
  const outline = (curve: number) => outlineOf(curves[curve]!, left, width, base(curve), tall / ceiling, tall);

  function paint(painter: Painter): void {
    for (const { value } of axis.ticks(width, 56)) {
      const x = left + axis.position(value) * width;
      painter.line([x, top, x, top + height], { colour: theme.line, width: 1 });
    }
    for (const [i, curve] of curves.entries()) {
      const line = outline(i);
      // The ridge behind shines through a little.
      for (const filled of areas(line, base(i))) {
        painter.area(filled, theme.surface, 0.85);
        painter.area(filled, curve.of.colour, 0.12 + 0.6 * curve.age ** 1.5);
      }
      painter.line(line, { colour: theme.surface, width: 2, opacity: 0.6 });
      painter.line(line, { colour: curve.of.colour, width: 1, opacity: 0.35 + 0.65 * curve.age });
      paintCut(painter, box, curve, base(i) - tall, ceiling, theme.accent);
    }
    paintPlaces(painter);
    if (runs.length > 1) paintRuns(painter, left, left + width, HEADER / 2 - 1, runs, theme);
  }

  function paintPlaces(painter: Painter): void {
    let lastY = Number.POSITIVE_INFINITY;
    for (let i = last; i >= 0; i--) {
      const y = base(i);
      if (lastY - y < 14) continue;
      lastY = y;
      const name = shortPlace(scene.unit, curves[i]!.at, scene.steps);
      painter.text(name, left - 6, y - 3, label(theme, 'right'));
    }
  }

  // A point just behind a base belongs to the ridge in front of it.
  const pick = (_x: number, y: number) =>
    curves[
      Math.max(
        0,
        curves.findLastIndex((_, i) => i > 0 && base(i - 1) < y),
      )
    ];
  return curvesPlot(scene, box, { curves, outline, paint, pick });
}
