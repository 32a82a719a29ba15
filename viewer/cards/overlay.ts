import { ticks } from 'd3-array';
import type { Hover } from '../state/view-state.ts';
import { label, paintRuns } from './axes.ts';
import { CELL, type Curve, ceilingOf, curvesOf, outline } from './curves.ts';
import { CurvesPlot, HEADER } from './curves-plot.ts';
import { formatCount, formatShort } from './format-numbers.ts';
import { clamp } from './geometry.ts';
import type { Painter } from './painter.ts';
import type { Scene } from './scene.ts';

/** The histograms of several steps as overlaid outlines: the older, the fainter. */
export class Overlay extends CurvesPlot {
  protected readonly curves: readonly Curve[];
  readonly #ceiling: number;

  constructor(scene: Scene) {
    super(scene);
    this.curves = curvesOf(scene, this.plot.width);
    this.#ceiling = ceilingOf(this.curves) * 1.04 || 1;
  }

  protected outline(curve: number): number[] {
    const { left, top, width, height } = this.plot;
    return outline(this.curves[curve]!, left, width, top + height, height / this.#ceiling, height);
  }

  protected paintCurves(painter: Painter): void {
    const { theme, runs } = this.scene;
    const { left, top, width, height } = this.plot;
    const bottom = top + height;
    for (const tick of ticks(0, this.#ceiling, Math.max(2, Math.floor(height / 36)))) {
      const y = bottom - (tick / this.#ceiling) * height;
      painter.line([left, y, left + width, y], { colour: theme.line, width: 1 });
      painter.text(formatShort(tick), left - 6, Math.min(y, bottom - 4), label(theme, 'right'));
    }
    for (const [i, curve] of this.curves.entries()) {
      const { of, age } = curve;
      painter.line(this.outline(i), { colour: of.colour, width: 1.25, opacity: 0.15 + 0.85 * age ** 1.5 });
      this.paintCut(painter, curve, top, this.#ceiling);
    }
    this.#paintHeader(painter);
    if (runs.length > 1) paintRuns(painter, left + 90, left + width - 150, HEADER / 2 - 1, runs, theme);
  }

  /** Explains the heights, and which steps the faint and the strong lines are. */
  #paintHeader(painter: Painter): void {
    const { theme, runs } = this.scene;
    const { left, width } = this.plot;
    const y = HEADER / 2 - 1;
    painter.text('values per pixel', left, y, label(theme));
    const [oldest, newest] = [this.curves[0]!, this.curves.at(-1)!];
    const name = `${formatCount(newest.step)}`;
    const right = left + width;
    painter.text(name, right, y, label(theme, 'right'));
    const end = right - name.length * 5.8 - 6;
    const bar = 40;
    for (let x = 0; x < bar; x += 2) {
      const age = x / (bar - 2);
      painter.rectangle(end - bar + x, y - 1.5, 2, 3, (runs[0] ?? newest.of).colour, 0.15 + 0.85 * age ** 1.5);
    }
    painter.text(`step ${formatCount(oldest.step)}`, end - bar - 6, y, label(theme, 'right'));
  }

  /** Picks the curve whose height at this value is nearest. */
  pick(x: number, y: number): Hover | undefined {
    const { left, top, height } = this.plot;
    let nearest: Curve | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const curve of this.curves) {
      const at = clamp(Math.floor((x - left) / CELL), 0, curve.heights.length - 1);
      const distance = Math.abs(top + height - (curve.heights[at]! / this.#ceiling) * height - y);
      // Of equally near curves the newest, which is on top.
      if (distance <= least) [nearest, least] = [curve, distance];
    }
    if (nearest === undefined) return undefined;
    return this.hoverOf(nearest, x);
  }
}
