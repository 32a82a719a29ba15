import type { Hover } from '../state/view-state.ts';
import { label, paintRuns } from './axes.ts';
import { areas, type Curve, ceilingOf, curvesOf, outline } from './curves.ts';
import { CurvesPlot, HEADER } from './curves-plot.ts';
import { formatCount, formatShort } from './format-numbers.ts';
import type { Painter } from './painter.ts';
import type { Scene } from './scene.ts';

/** The part of the height that the highest ridge takes, as in TensorBoard. */
const RIDGE = 1 / 2.5;

/** Least distance of ridges, in CSS pixels: closer ones would look like hatching. */
const APART = 4;

/** The histograms of several steps as ridges: the oldest faint and at the back, the newest in front. */
export class Ridge extends CurvesPlot {
  protected readonly curves: readonly Curve[];
  readonly #tall: number;
  readonly #ceiling: number;

  constructor(scene: Scene) {
    super(scene);
    const { width, height } = this.plot;
    this.curves = curvesOf(scene, width, Math.max(2, Math.floor((height * (1 - RIDGE)) / APART)));
    this.#tall = this.curves.length > 1 ? height * RIDGE : height * 0.95;
    this.#ceiling = ceilingOf(this.curves) || 1;
  }

  #base(curve: number): number {
    const { top, height } = this.plot;
    const last = this.curves.length - 1;
    return top + height - (last === 0 ? 0 : ((last - curve) / last) * (height - this.#tall));
  }

  protected outline(curve: number): number[] {
    const { left, width } = this.plot;
    return outline(this.curves[curve]!, left, width, this.#base(curve), this.#tall / this.#ceiling, this.#tall);
  }

  protected paintCurves(painter: Painter): void {
    const { theme, axis, runs } = this.scene;
    const { left, top, width, height } = this.plot;
    for (const { value } of axis.ticks(width, 56)) {
      const x = left + axis.position(value) * width;
      painter.line([x, top, x, top + height], { colour: theme.line, width: 1 });
    }
    for (const [i, curve] of this.curves.entries()) {
      const line = this.outline(i);
      // The ridge behind shines through a little.
      for (const filled of areas(line, this.#base(i))) {
        painter.area(filled, theme.surface, 0.85);
        painter.area(filled, curve.of.colour, 0.12 + 0.6 * curve.age ** 1.5);
      }
      painter.line(line, { colour: theme.surface, width: 2, opacity: 0.6 });
      painter.line(line, { colour: curve.of.colour, width: 1, opacity: 0.35 + 0.65 * curve.age });
      this.paintCut(painter, curve, this.#base(i) - this.#tall, this.#ceiling);
    }
    this.#paintStepNames(painter);
    if (runs.length > 1) paintRuns(painter, left, left + width, HEADER / 2 - 1, runs, theme);
  }

  #paintStepNames(painter: Painter): void {
    const { theme } = this.scene;
    let last = Number.POSITIVE_INFINITY;
    for (let i = this.curves.length - 1; i >= 0; i--) {
      const y = this.#base(i);
      if (last - y < 14) continue;
      last = y;
      const { step } = this.curves[i]!;
      const name = Math.abs(step) < 1e6 ? formatCount(step) : formatShort(step);
      painter.text(name, this.plot.left - 6, y - 3, label(theme, 'right'));
    }
  }

  pick(x: number, y: number): Hover | undefined {
    if (this.curves.length === 0) return undefined;
    let nearest = 0;
    for (let i = 1; i < this.curves.length; i++) {
      // A point just behind a base belongs to the ridge in front of it.
      if (this.#base(i - 1) < y) nearest = i;
    }
    return this.hoverOf(this.curves[nearest]!, x);
  }
}
