import { ticks } from 'd3-array';
import type { Hover, View } from '../state/view-state.ts';
import { valueOfPixel } from './bins.ts';
import { CELL, type Curve, ceilingOf, curvesOf, outline } from './chosen-columns.ts';
import { paintNothing, paintRuns, paintValuesBelow } from './frame.ts';
import type { Ink } from './ink.ts';
import { INSET } from './insets.ts';
import { formatCount, formatShort } from './numbers.ts';
import { nearestCurve } from './ridge.ts';
import type { Box, Plot, Scene } from './scene.ts';

const TOP = 20;
const AXIS = 22;

/** The distributions of several steps over each other, as outlines: the older the fainter. */
export class Overlay implements Plot {
  readonly across = 'values';
  readonly stepAxis = undefined;
  readonly countsLanes = false;
  readonly plot: Box;
  readonly valueAxis: Box;
  readonly #scene: Scene;
  readonly #curves: readonly Curve[];
  readonly #ceiling: number;

  constructor(scene: Scene) {
    this.#scene = scene;
    const width = Math.max(24, scene.width - INSET.left - INSET.right);
    const height = Math.max(24, scene.height - TOP - AXIS);
    this.plot = { left: INSET.left, top: TOP, width, height };
    this.valueAxis = { left: INSET.left, top: TOP + height, width, height: AXIS };
    this.#curves = curvesOf(scene, width);
    this.#ceiling = ceilingOf(this.#curves) * 1.04 || 1;
  }

  #outline(curve: Curve): number[] {
    const { left, top, width, height } = this.plot;
    return outline(curve, left, width, top + height, height / this.#ceiling, height);
  }

  paint(ink: Ink): void {
    const { theme, axis, runs } = this.#scene;
    const { left, top, width, height } = this.plot;
    paintValuesBelow(ink, this.plot, axis, theme);
    if (this.#curves.length === 0) {
      paintNothing(ink, this.plot, 'no histograms at these steps', theme);
      return;
    }
    const bottom = top + height;
    for (const tick of ticks(0, this.#ceiling, Math.max(2, Math.floor(height / 36)))) {
      const y = bottom - (tick / this.#ceiling) * height;
      ink.line([left, y, left + width, y], { colour: theme.line, width: 1 });
      ink.text(formatShort(tick), left - 6, Math.min(y, bottom - 4), { colour: theme.ink2, size: 10, align: 'right' });
    }
    for (const curve of this.#curves) {
      ink.line(this.#outline(curve), { colour: curve.of.colour, width: 1.25, opacity: 0.15 + 0.85 * curve.age ** 1.5 });
    }
    this.#paintHead(ink);
    if (runs.length > 1) paintRuns(ink, left + 90, left + width - 150, TOP / 2 - 1, runs, theme);
  }

  /** What the heights are, and from which steps the fainter and stronger lines come. */
  #paintHead(ink: Ink): void {
    const { theme, runs } = this.#scene;
    const { left, width } = this.plot;
    const text = { colour: theme.ink2, size: 10 } as const;
    const y = TOP / 2 - 1;
    ink.text('values per pixel', left, y, text);
    const [oldest, newest] = [this.#curves[0]!, this.#curves.at(-1)!];
    const name = `${formatCount(newest.step)}`;
    const right = left + width;
    ink.text(name, right, y, { ...text, align: 'right' });
    const end = right - name.length * 5.8 - 6;
    const bar = 40;
    for (let x = 0; x < bar; x += 2) {
      const age = x / (bar - 2);
      ink.rectangle(end - bar + x, y - 1.5, 2, 3, (runs[0] ?? newest.of).colour, 0.15 + 0.85 * age ** 1.5);
    }
    ink.text(`step ${formatCount(oldest.step)}`, end - bar - 6, y, { ...text, align: 'right' });
  }

  paintOver(ink: Ink, { hover }: View): void {
    const { theme, axis, tag } = this.#scene;
    if (hover === undefined || this.#curves.length === 0) return;
    const { left, top, width, height } = this.plot;
    ink.within(left, top, width, height + 1, () => {
      const line = this.#outline(this.#curves[nearestCurve(this.#curves, hover)]!);
      ink.line(line, { colour: theme.surface, width: 4, opacity: 0.7 });
      ink.line(line, { colour: theme.accent, width: 1.75 });
      if (hover.tag !== tag || hover.value === undefined) return;
      const x = left + axis.place(hover.value) * width;
      ink.line([x, top, x, top + height], { colour: theme.accent, width: 1, opacity: 0.7, dash: [3, 3] });
    });
  }

  /** The curve whose height at this value is nearest. */
  pick(x: number, y: number): Hover | undefined {
    const { left, top, height } = this.plot;
    let nearest: Curve | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const curve of this.#curves) {
      const at = Math.min(curve.heights.length - 1, Math.max(0, Math.floor((x - left) / CELL)));
      const distance = Math.abs(top + height - (curve.heights[at]! / this.#ceiling) * height - y);
      // Of those that are equally near the newest, which is drawn above.
      if (distance <= least) [nearest, least] = [curve, distance];
    }
    if (nearest === undefined) return undefined;
    return { step: nearest.step, tag: this.#scene.tag, run: nearest.of.run, value: this.#valueOf(nearest, x) };
  }

  #valueOf({ of, column }: Curve, x: number): number {
    return valueOfPixel(of.columns.bins(column), this.valueAt(x - 0.5), this.valueAt(x + 0.5), this.valueAt(x));
  }

  stepAt(): number {
    return this.#scene.steps[0];
  }

  valueAt(x: number): number {
    return this.#scene.axis.valueAt((x - this.plot.left) / this.plot.width);
  }
}
