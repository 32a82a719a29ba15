import { ticks } from 'd3-array';
import { shortPlace } from '../axes/ticks.ts';
import { label, paintRuns } from '../cards/axes.ts';
import { formatShort } from '../cards/format-numbers.ts';
import { clamp } from '../cards/geometry.ts';
import type { Painter } from '../cards/painter.ts';
import { CELL, type Curve, ceilingOf, curvesOf, outline as outlineOf } from './curves.ts';
import { curvesBox, curvesPlot, HEADER, paintCut } from './curves-plot.ts';
import type { Plot, Scene } from './scene.ts';

/** The histograms of several steps as overlaid outlines: the older, the fainter. */
export function overlay(scene: Scene): Plot {
  const { theme, runs, unit, steps } = scene;
  const box = curvesBox(scene);
  const { left, top, width, height } = box;
  const [right, bottom] = [left + width, top + height];
  const curves = curvesOf(scene, width);
  const ceiling = ceilingOf(curves) * 1.04 || 1;
  const outline = (curve: number) => outlineOf(curves[curve]!, left, width, bottom, height / ceiling, height);
  const opacityOf = (age: number) => 0.15 + 0.85 * age ** 1.5;
  const headerY = HEADER / 2 - 1;

  function paint(painter: Painter): void {
    for (const tick of ticks(0, ceiling, Math.max(2, Math.floor(height / 36)))) {
      const y = bottom - (tick / ceiling) * height;
      painter.line([left, y, right, y], { colour: theme.line, width: 1 });
      painter.text(formatShort(tick), left - 6, Math.min(y, bottom - 4), label(theme, 'right'));
    }
    for (const [i, curve] of curves.entries()) {
      painter.line(outline(i), { colour: curve.of.colour, width: 1.25, opacity: opacityOf(curve.age) });
      paintCut(painter, box, curve, top, ceiling, theme.accent);
    }
    paintHeader(painter);
    if (runs.length > 1) paintRuns(painter, left + 90, right - 150, headerY, runs, theme);
  }

  /** Explains the heights, and which steps the faint and the strong lines are. */
  function paintHeader(painter: Painter): void {
    painter.text('values per pixel', left, headerY, label(theme));
    const [oldest, newest] = [curves[0]!, curves.at(-1)!];
    const name = shortPlace(unit, newest.at, steps);
    painter.text(name, right, headerY, label(theme, 'right'));
    const bar = 40;
    const start = right - name.length * 5.8 - 6 - bar;
    for (let x = 0; x < bar; x += 2) {
      const colour = (runs[0] ?? newest.of).colour;
      painter.rectangle(start + x, headerY - 1.5, 2, 3, colour, opacityOf(x / (bar - 2)));
    }
    painter.text(
      `${unit === 'step' ? 'step ' : ''}${shortPlace(unit, oldest.at, steps)}`,
      start - 6,
      headerY,
      label(theme, 'right'),
    );
  }

  /** Picks the curve whose height at this value is nearest. */
  function pick(x: number, y: number): Curve | undefined {
    let nearest: Curve | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const curve of curves) {
      const at = clamp(Math.floor((x - left) / CELL), 0, curve.heights.length - 1);
      const distance = Math.abs(bottom - (curve.heights[at]! / ceiling) * height - y);
      // Among equally near curves, take the newest: it is on top.
      if (distance <= least) [nearest, least] = [curve, distance];
    }
    return nearest;
  }
  return curvesPlot(scene, box, { curves, outline, paint, pick });
}
