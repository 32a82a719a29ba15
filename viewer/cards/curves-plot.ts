import type { Hover, View } from '../state/view-state.ts';
import { paintEmpty, paintValuesBelow } from './axes.ts';
import { valueOfPixel } from './bins.ts';
import type { Curve } from './curves.ts';
import { type Box, INSET } from './geometry.ts';
import type { Painter } from './painter.ts';
import type { Plot, Scene } from './scene.ts';

/** How high the head above the curves is, in CSS pixels. */
export const HEAD = 20;
const AXIS = 22;

/** What ridges and outlines have in common: several steps as curves over values that go from left to right. */
export abstract class CurvesPlot implements Plot {
  readonly across = 'values';
  readonly stepAxis = undefined;
  readonly countsLanes = false;
  readonly plot: Box;
  readonly valueAxis: Box;
  protected readonly scene: Scene;
  /** From the oldest to the newest. */
  protected abstract readonly curves: readonly Curve[];

  constructor(scene: Scene) {
    this.scene = scene;
    const width = Math.max(24, scene.width - INSET.left - INSET.right);
    const height = Math.max(24, scene.height - HEAD - AXIS);
    this.plot = { left: INSET.left, top: HEAD, width, height };
    this.valueAxis = { left: INSET.left, top: HEAD + height, width, height: AXIS };
  }

  /** The points of one of the curves. */
  protected abstract outline(curve: number): number[];

  /** Everything between the axis of values and the pointer; there is a curve at least. */
  protected abstract paintCurves(painter: Painter): void;

  abstract pick(x: number, y: number): Hover | undefined;

  paint(painter: Painter): void {
    const { theme, axis } = this.scene;
    paintValuesBelow(painter, this.plot, axis, theme);
    if (this.curves.length === 0) paintEmpty(painter, this.plot, 'no histograms at these steps', theme);
    else this.paintCurves(painter);
  }

  paintOver(painter: Painter, { hover }: View): void {
    const { theme, axis, tag } = this.scene;
    if (hover === undefined || this.curves.length === 0) return;
    const { left, top, width, height } = this.plot;
    painter.within(left, top, width, height + 1, () => {
      const line = this.outline(nearestCurve(this.curves, hover));
      painter.line(line, { colour: theme.surface, width: 4, opacity: 0.7 });
      painter.line(line, { colour: theme.accent, width: 1.75 });
      if (hover.tag !== tag || hover.value === undefined) return;
      const x = left + axis.position(hover.value) * width;
      painter.line([x, top, x, top + height], { colour: theme.accent, width: 1, opacity: 0.7, dash: [3, 3] });
    });
  }

  stepAt(): number {
    return this.scene.steps[0];
  }

  valueAt(x: number): number {
    return this.scene.axis.valueAt((x - this.plot.left) / this.plot.width);
  }

  /** Marks where a curve is cut off, along the height that it would exceed. */
  protected paintCut(painter: Painter, { heights }: Curve, y: number, most: number): void {
    const { left, width } = this.plot;
    const cell = width / heights.length;
    for (let x = 0; x < heights.length; x++) {
      if (heights[x]! > most) painter.rectangle(left + x * cell, y - 1, cell, 2, this.scene.theme.accent);
    }
  }

  /** What a place says of a curve: its step, and a value in a bin of it. */
  protected hoverOf({ of: { series, run }, step }: Curve, x: number): Hover {
    const bins = series.bins(series.columnAt(step));
    const value = valueOfPixel(bins, this.valueAt(x - 0.5), this.valueAt(x + 0.5), this.valueAt(x));
    return { step, tag: this.scene.tag, run, value };
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
