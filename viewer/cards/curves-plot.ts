import type { Hover, View } from '../state/view-state.ts';
import { paintEmpty, paintValuesBelow } from './axes.ts';
import { valueOfPixel } from './bin-readout.ts';
import type { Curve } from './curves.ts';
import { type Box, INSET } from './geometry.ts';
import type { Painter } from './painter.ts';
import type { Plot, Scene } from './scene.ts';

/** Height of the header above the curves, in CSS pixels. */
export const HEADER = 20;
const AXIS = 22;

/** The base of {@link Ridge} and {@link Overlay}: several steps as curves over an axis of values from left to right. */
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
    const height = Math.max(24, scene.height - HEADER - AXIS);
    this.plot = { left: INSET.left, top: HEADER, width, height };
    this.valueAxis = { left: INSET.left, top: HEADER + height, width, height: AXIS };
  }

  protected abstract outline(curve: number): number[];

  /** Called if there is at least one curve. */
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

  /** Marks at height `y` where a curve exceeds `most` and is cut off. */
  protected paintCut(painter: Painter, { heights }: Curve, y: number, most: number): void {
    const { left, width } = this.plot;
    const cell = width / heights.length;
    for (let x = 0; x < heights.length; x++) {
      if (heights[x]! > most) painter.rectangle(left + x * cell, y - 1, cell, 2, this.scene.theme.accent);
    }
  }

  protected hoverOf({ of: { series, run }, step }: Curve, x: number): Hover {
    const bins = series.bins(series.columnAt(step));
    const value = valueOfPixel(bins, this.valueAt(x - 0.5), this.valueAt(x + 0.5), this.valueAt(x));
    return { step, tag: this.scene.tag, run, value };
  }
}

/** The index of the curve nearest to a step: of the hovered run, or of any run if that has no curve. */
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
