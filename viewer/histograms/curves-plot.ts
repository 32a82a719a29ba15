import type { Pointed } from '../axes/tag-axis.ts';
import { paintEmpty, paintValuesBelow } from '../cards/axes.ts';
import { type Box, INSET } from '../cards/geometry.ts';
import type { Painter } from '../cards/painter.ts';
import { valueOfPixel } from './bin-readout.ts';
import type { Curve } from './curves.ts';
import { emptyText, type Plot, type Scene } from './scene.ts';

/** Height of the header above the curves, in CSS pixels. */
export const HEADER = 20;
const AXIS = 22;

/** The part of a plot that ridges and overlays draw differently. */
interface Curves {
  /** From the oldest to the newest. */
  readonly curves: readonly Curve[];
  outline(curve: number): number[];
  /** Called if there is at least one curve. */
  paint(painter: Painter): void;
  pick(x: number, y: number): Curve | undefined;
}

export function curvesBox({ width, height }: Scene): Box {
  const [wide, high] = [Math.max(24, width - INSET.left - INSET.right), Math.max(24, height - HEADER - AXIS)];
  return { left: INSET.left, top: HEADER, width: wide, height: high };
}

/** Several steps as curves over an axis of values from left to right. @param plot the {@link curvesBox} of the scene */
export function curvesPlot(scene: Scene, plot: Box, { curves, outline, paint, pick }: Curves): Plot {
  const { theme, axis, tag } = scene;
  const { left, top, width, height } = plot;
  const valueAt = (x: number) => axis.valueAt((x - left) / width);
  return {
    across: 'values',
    stepAxis: undefined,
    countsLanes: false,
    plot,
    valueAxis: { left, top: top + height, width, height: AXIS },
    valueAt,
    stepAt: () => scene.steps[0],
    paint(painter) {
      paintValuesBelow(painter, plot, axis, theme);
      if (curves.length === 0) paintEmpty(painter, plot, emptyText(scene), theme);
      else paint(painter);
    },
    paintOver(painter, { hover }) {
      if (hover === undefined || curves.length === 0) return;
      painter.within(left, top, width, height + 1, () => {
        const line = outline(nearestCurve(curves, hover));
        painter.line(line, { colour: theme.surface, width: 4, opacity: 0.7 });
        painter.line(line, { colour: theme.accent, width: 1.75 });
        if (hover.tag !== tag || hover.value === undefined) return;
        const x = left + axis.position(hover.value) * width;
        painter.line([x, top, x, top + height], { colour: theme.accent, width: 1, opacity: 0.7, dash: [3, 3] });
      });
    },
    pick(x, y) {
      const curve = pick(x, y);
      if (curve === undefined) return undefined;
      const { of, at } = curve;
      const column = of.columnAt(at);
      const value = valueOfPixel(of.series.bins(column), valueAt(x - 0.5), valueAt(x + 0.5), valueAt(x));
      return { at, step: of.series.firstStep(column), tag, run: of.run, value };
    },
  };
}

/** Marks at height `y` where a curve exceeds `most` and is cut off. */
export function paintCut(
  painter: Painter,
  { left, width }: Box,
  { heights }: Curve,
  y: number,
  most: number,
  colour: string,
): void {
  const cell = width / heights.length;
  for (let x = 0; x < heights.length; x++) {
    if (heights[x]! > most) painter.rectangle(left + x * cell, y - 1, cell, 2, colour);
  }
}

/** The index of the curve nearest to the pointer: of the hovered run, or of any run if that has no curve. */
export function nearestCurve(curves: readonly Curve[], { at, run }: Pick<Pointed, 'at' | 'run'>): number {
  const ofRun = curves.some(({ of }) => of.run === run);
  let nearest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [i, curve] of curves.entries()) {
    const distance = Math.abs(curve.at - at);
    if (distance < least && (!ofRun || curve.of.run === run)) [nearest, least] = [i, distance];
  }
  return nearest;
}
