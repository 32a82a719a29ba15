import type { Hover, View } from '../state/view-state.ts';
import { valueOfPixel } from './bins.ts';
import { areas, type Curve, ceilingOf, curvesOf, outline } from './chosen-columns.ts';
import { paintNothing, paintRuns, paintValuesBelow } from './frame.ts';
import type { Ink } from './ink.ts';
import { INSET } from './insets.ts';
import { formatCount, formatShort } from './numbers.ts';
import type { Box, Plot, Scene } from './scene.ts';

const TOP = 20;
const AXIS = 22;
/** The part of the picture that the highest ridge takes, as in TensorBoard. */
const RIDGE = 1 / 2.5;

/** Ridges that are closer, in CSS pixels, would be a hatching. */
const APART = 4;

/** The distributions of several steps behind each other: the oldest at the back and faint, the newest in front. */
export class Ridge implements Plot {
  readonly across = 'values';
  readonly stepAxis = undefined;
  readonly countsLanes = false;
  readonly plot: Box;
  readonly valueAxis: Box;
  readonly #scene: Scene;
  readonly #curves: readonly Curve[];
  readonly #tall: number;
  readonly #scale: number;

  constructor(scene: Scene) {
    this.#scene = scene;
    const width = Math.max(24, scene.width - INSET.left - INSET.right);
    const height = Math.max(24, scene.height - TOP - AXIS);
    this.plot = { left: INSET.left, top: TOP, width, height };
    this.valueAxis = { left: INSET.left, top: TOP + height, width, height: AXIS };
    this.#curves = curvesOf(scene, width, Math.max(2, Math.floor((height * (1 - RIDGE)) / APART)));
    this.#tall = this.#curves.length > 1 ? height * RIDGE : height * 0.95;
    this.#scale = this.#tall / (ceilingOf(this.#curves) || 1);
  }

  #base(curve: number): number {
    const { top, height } = this.plot;
    const last = this.#curves.length - 1;
    return top + height - (last === 0 ? 0 : ((last - curve) / last) * (height - this.#tall));
  }

  #outline(curve: number): number[] {
    const { left, width } = this.plot;
    return outline(this.#curves[curve]!, left, width, this.#base(curve), this.#scale, this.#tall);
  }

  paint(ink: Ink): void {
    const { theme, axis, runs } = this.#scene;
    const { left, top, width, height } = this.plot;
    paintValuesBelow(ink, this.plot, axis, theme);
    if (this.#curves.length === 0) {
      paintNothing(ink, this.plot, 'no histograms at these steps', theme);
      return;
    }
    for (const { value } of axis.ticks(width, 56)) {
      const x = left + axis.place(value) * width;
      ink.line([x, top, x, top + height], { colour: theme.line, width: 1 });
    }
    for (const [i, curve] of this.#curves.entries()) {
      const line = this.#outline(i);
      // What stands behind is hidden, and shines through a little.
      for (const filled of areas(line, this.#base(i))) {
        ink.area(filled, theme.surface, 0.85);
        ink.area(filled, curve.of.colour, 0.12 + 0.6 * curve.age ** 1.5);
      }
      ink.line(line, { colour: theme.surface, width: 2, opacity: 0.6 });
      ink.line(line, { colour: curve.of.colour, width: 1, opacity: 0.35 + 0.65 * curve.age });
    }
    this.#paintStepNames(ink);
    if (runs.length > 1) paintRuns(ink, left, left + width, TOP / 2 - 1, runs, theme);
  }

  #paintStepNames(ink: Ink): void {
    const { theme } = this.#scene;
    let last = Number.POSITIVE_INFINITY;
    for (let i = this.#curves.length - 1; i >= 0; i--) {
      const y = this.#base(i);
      if (last - y < 14) continue;
      last = y;
      const { step } = this.#curves[i]!;
      const name = Math.abs(step) < 1e6 ? formatCount(step) : formatShort(step);
      ink.text(name, this.plot.left - 6, y - 3, { colour: theme.ink2, size: 10, align: 'right' });
    }
  }

  paintOver(ink: Ink, view: View): void {
    const { hover } = view;
    const { theme, axis, tag } = this.#scene;
    if (hover === undefined || this.#curves.length === 0) return;
    const i = nearestCurve(this.#curves, hover);
    const { left, top, width, height } = this.plot;
    ink.within(left, top, width, height + 1, () => {
      const line = this.#outline(i);
      ink.line(line, { colour: theme.surface, width: 4, opacity: 0.7 });
      ink.line(line, { colour: theme.accent, width: 1.75 });
      if (hover.tag !== tag || hover.value === undefined) return;
      const x = left + axis.place(hover.value) * width;
      ink.line([x, top, x, top + height], { colour: theme.accent, width: 1, opacity: 0.7, dash: [3, 3] });
    });
  }

  pick(x: number, y: number): Hover | undefined {
    if (this.#curves.length === 0) return undefined;
    let nearest = 0;
    for (let i = 1; i < this.#curves.length; i++) {
      // What stands just behind a base belongs to the ridge in front of it.
      if (this.#base(i - 1) < y) nearest = i;
    }
    const { step, of } = this.#curves[nearest]!;
    return { step, tag: this.#scene.tag, run: of.run, value: this.#valueOf(this.#curves[nearest]!, x) };
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

/** The curve that is nearest to a step, of the run that is pointed at if it is among them. */
export function nearestCurve(curves: readonly Curve[], { step, run }: Hover): number {
  const ofRun = curves.some(({ of }) => of.run === run);
  let nearest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [i, curve] of curves.entries()) {
    const distance = Math.abs(curve.step - step);
    if (distance < least && (!ofRun || curve.of.run === run)) [nearest, least] = [i, distance];
  }
  return nearest;
}
