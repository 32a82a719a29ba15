import type { Hover, Range, View } from '../state/view-state.ts';
import { paintEmpty, paintRuns, paintSteps, paintValuesLeft } from './axes.ts';
import { binAt, nameOfColumn, valueOfPixel } from './bin-readout.ts';
import { columnAfter, type Lane } from './columns.ts';
import type { Density } from './density.ts';
import { formatValue } from './format-numbers.ts';
import { type Box, clamp, INSET } from './geometry.ts';
import { HeatMap } from './heat-map.ts';
import { describeOutside, LANE_HEIGHT, lanesOf, outside, paintLaneCounts, paintLanes, paintOutside } from './lanes.ts';
import type { Painter } from './painter.ts';
import { RunBands } from './run-bands.ts';
import { type Plot, pointedAt, type RunHistograms, type Scene } from './scene.ts';
import { paintHistogram } from './step-histogram.ts';

const TOP = 20;
const STEP_AXIS = 20;
/** Width of the labels of quantiles. */
const NAMES = 34;
/** Narrower cards have no histogram beside the plot. */
const ROOM_FOR_TWO = 420;

/**
 * Values over steps: the heat map of one run, or the bands of several. Below are the lanes; beside, on the same axis of
 * values, the exact histogram of the hovered step.
 *
 *     legend, values outside           | step 40
 *     values |  heat map or bands      | bars
 *      lanes |  shares over steps      | counts
 *            |  steps                  | 0 … most
 */
export class StepPlot implements Plot {
  readonly across = 'steps';
  readonly plot: Box;
  readonly stepAxis: Box;
  readonly valueAxis: Box;
  readonly #scene: Scene;
  readonly #lanes: readonly Lane[];
  readonly #lanesBox: Box;
  readonly #side: Box | undefined;
  #heat: HeatMap | undefined;
  #bands: RunBands | undefined;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#lanes = lanesOf(scene.runs);
    const lanes = this.#lanes.length * LANE_HEIGHT + (this.#lanes.length > 0 ? 3 : 0);
    const height = Math.max(24, scene.height - TOP - lanes - STEP_AXIS);
    const beside = scene.width >= ROOM_FOR_TWO ? Math.round(clamp(scene.width * 0.2, 84, 190)) : 0;
    const names = beside > 0 || scene.runs.length === 1 ? NAMES - INSET.right : 0;
    const width = Math.max(24, Math.round(scene.width - INSET.left - INSET.right - beside - names));
    const box = (top: number, height: number): Box => ({ left: INSET.left, top, width, height });
    this.plot = box(TOP, height);
    this.#lanesBox = box(TOP + height + (lanes > 0 ? 3 : 0), Math.max(0, lanes - 3));
    this.stepAxis = box(TOP + height, lanes + STEP_AXIS);
    this.valueAxis = { left: 0, top: TOP, width: INSET.left, height };
    this.#side =
      beside > 0 ? { left: INSET.left + width + NAMES, top: TOP, width: beside - NAMES + names, height } : undefined;
  }

  get countsLanes(): boolean {
    return this.#side !== undefined;
  }

  paint(painter: Painter): void {
    const { theme, axis, steps, runs } = this.#scene;
    const { left, top, width, height } = this.plot;
    if (runs.length === 1) this.#heat = new HeatMap(runs[0]!, this.plot, this.#scene);
    else this.#bands = new RunBands(this.#scene, this.plot);
    paintValuesLeft(painter, this.plot, axis, theme);
    this.#paintZero(painter);
    this.#heat?.paint(painter);
    this.#bands?.paint(painter);
    const densities = this.#densities();
    for (const density of densities) paintOutside(painter, this.plot, density, theme);
    const frame = [left + 0.5, top, left + 0.5, top + height, left + width, top + height];
    painter.line(frame, { colour: theme.ink3, width: 1 });
    const colours = this.#bands === undefined ? [] : runs.map(({ colour }) => colour);
    const coloured = densities.map((density, i) => ({ density, colour: colours[i] }));
    paintLanes(painter, this.#lanesBox, this.#lanes, coloured, theme);
    paintSteps(painter, this.plot, top + height + (this.stepAxis.height - STEP_AXIS), steps, theme);
    this.#paintHeader(painter);
    if (densities.every(({ covered }) => !covered.includes(1))) {
      const empty = runs.every(({ series }) => series.length === 0);
      paintEmpty(painter, this.plot, empty ? 'no histograms yet' : 'no histograms at these steps', theme);
    }
  }

  /** The part of the plot that moves with the steps, lanes included. */
  get content(): Box {
    const { left, top, width, height } = this.plot;
    return { left: left + 1, top, width: width - 1, height: height + this.stepAxis.height - STEP_AXIS };
  }

  /** Instead of {@link paint}: stretches content that was painted for other steps over the existing picture. */
  paintMoved(painter: Painter, content: HTMLCanvasElement, before: Range): void {
    const { theme, steps } = this.#scene;
    const { left, top, width, height } = this.content;
    const wide = ((before[1] - before[0]) / (steps[1] - steps[0])) * width;
    const x = left + ((before[0] - steps[0]) / (steps[1] - steps[0])) * width;
    painter.within(left, top, width, height, () => {
      painter.rectangle(left, top, width, height, theme.surface);
      painter.image(content, x, top, wide, height);
    });
    // Labels of steps reach beyond both ends.
    painter.rectangle(0, top + height, left + width + NAMES, STEP_AXIS, theme.surface);
    paintSteps(painter, this.plot, top + height, steps, theme);
  }

  #densities(): Density[] {
    return this.#heat === undefined ? this.#bands!.densities.map(({ density }) => density) : [this.#heat.density];
  }

  #paintZero(painter: Painter): void {
    const { axis, theme } = this.#scene;
    const position = axis.position(0);
    if (position <= 0 || position >= 1) return;
    const { left, top, width, height } = this.plot;
    const y = Math.round(top + (1 - position) * height) + 0.5;
    painter.line([left, y, left + width, y], { colour: theme.line, width: 1 });
  }

  #paintHeader(painter: Painter): void {
    const { theme, axis, runs } = this.#scene;
    const { left, width } = this.plot;
    const y = TOP / 2 - 1;
    const right = left + width - (this.#heat?.paintLegend(painter, left + width, y) ?? 0);
    const sums = this.#densities().map(outside);
    const sum = {
      above: sums.reduce((all, { above }) => all + above, 0),
      below: sums.reduce((all, { below }) => all + below, 0),
    };
    const notes = describeOutside(sum, axis.domain, (value) => formatValue(value, 2)).join('   ');
    const long = notes.length * 5.6;
    if (runs.length > 1) paintRuns(painter, left, right - (long > 0 ? long + 12 : 0), y, runs, theme);
    if (notes === '') return;
    if (runs.length > 1) painter.text(notes, right, y, { colour: theme.accent, size: 10, align: 'right' });
    else if (left + long <= right) painter.text(notes, left, y, { colour: theme.accent, size: 10 });
    // No space in the header: below the upper edge of the plot.
    else painter.text(notes, left + 5, TOP + 11, { colour: theme.accent, size: 10, halo: theme.surface });
  }

  paintOver(painter: Painter, view: View): void {
    this.#paintBrush(painter, view);
    this.#paintPointer(painter, view);
    this.#paintSide(painter, view);
  }

  #x(step: number): number {
    const [from, to] = this.#scene.steps;
    return this.plot.left + ((step - from) / (to - from)) * this.plot.width;
  }

  #paintBrush(painter: Painter, { brush }: View): void {
    if (brush === undefined) return;
    const { left, top, width } = this.plot;
    const { height: tall } = this.content;
    const { accent } = this.#scene.theme;
    painter.within(left, top, width, tall, () => {
      const [from, to] = [this.#x(brush[0]), this.#x(brush[1])];
      painter.rectangle(from, top, Math.max(1, to - from), tall, accent, 0.16);
      for (const x of [from, to]) painter.line([x, top, x, top + tall], { colour: accent, width: 1 });
    });
  }

  #paintPointer(painter: Painter, { hover }: View): void {
    const { steps, theme, tag, runs, axis } = this.#scene;
    if (hover === undefined) return;
    const { left, top, width, height } = this.plot;
    const { height: tall } = this.content;
    const here = hover.tag === tag ? pointedAt(runs, hover) : undefined;
    painter.within(left, top, width, tall, () => {
      const x = this.#x(hover.step);
      if (hover.step >= steps[0] && hover.step <= steps[1]) {
        painter.line([x, top, x, top + tall], { colour: theme.surface, width: 3, opacity: 0.6 });
        painter.line([x, top, x, top + tall], { colour: theme.accent, width: 1.25 });
      }
      if (here === undefined || here.column === -1 || hover.value === undefined) return;
      const bins = here.of.series.bins(here.column);
      const bin = binAt(bins, hover.value);
      const y = (value: number): number => top + (1 - axis.position(value)) * height;
      if (bin === -1) return;
      const { edges } = bins;
      const [upper, lower] = [y(edges[bin + 1]!), y(edges[bin]!)];
      const [from, to] = extentOf(here).map((step) => this.#x(step)) as [number, number];
      const [wide, high] = [Math.max(5, to - from), Math.max(3, lower - upper)];
      const [x0, y0] = [(from + to - wide) / 2, (upper + lower - high) / 2];
      const around = [x0, y0, x0 + wide, y0, x0 + wide, y0 + high, x0, y0 + high, x0, y0];
      painter.line(around, { colour: theme.surface, width: 3, opacity: 0.7 });
      painter.line(around, { colour: theme.accent, width: 1.5 });
    });
  }

  #paintSide(painter: Painter, { hover }: View): void {
    const side = this.#side;
    const { runs, theme, axis, tag } = this.#scene;
    const pointed = pointedAt(runs, hover);
    if (side === undefined || pointed === undefined || pointed.column === -1) return;
    const { of, column } = pointed;
    const { left, top, width } = side;
    painter.within(left - 4, 0, width + INSET.right + 4, TOP, () =>
      painter.text(nameOfColumn(of.series, column), left, TOP / 2 - 1, { colour: theme.ink, size: 11, bold: true }),
    );
    const value = hover?.tag === tag ? hover.value : undefined;
    const colour = runs.length > 1 ? of.colour : theme.ink3;
    const footY = this.stepAxis.top + this.stepAxis.height - STEP_AXIS + 12;
    paintHistogram(painter, side, footY, of.series.bins(column), axis, value, colour, theme);
    if (value !== undefined) {
      const y = top + (1 - axis.position(value)) * side.height;
      if (y > top && y < top + side.height) {
        painter.line([left, y, left + width, y], { colour: theme.accent, width: 1, opacity: 0.6 });
      }
    }
    const counts = { ...this.#lanesBox, left, width };
    if (this.#lanes.length > 0) paintLaneCounts(painter, counts, this.#lanes, of, column, theme);
  }

  pick(x: number, y: number): Hover | undefined {
    const { runs, tag } = this.#scene;
    const of = this.#bands?.nearest(x, y) ?? runs[0];
    if (of === undefined) return undefined;
    const column = of.series.columnAt(this.stepAt(x));
    if (column === -1) return undefined;
    const [from, to] = [this.valueAt(x, y + 0.5), this.valueAt(x, y - 0.5)];
    const value = valueOfPixel(of.series.bins(column), from, to, this.valueAt(x, y));
    return { step: of.series.firstStep(column), tag, run: of.run, value };
  }

  stepAt(x: number): number {
    const [from, to] = this.#scene.steps;
    return from + ((x - this.plot.left) / this.plot.width) * (to - from);
  }

  valueAt(_x: number, y: number): number {
    return this.#scene.axis.valueAt(1 - (y - this.plot.top) / this.plot.height);
  }
}

/** The steps that a column covers in the plot; its own steps if it was added after painting. */
function extentOf({ of: { series, columns }, column }: { of: RunHistograms; column: number }): Range {
  const [first, last] = [series.firstStep(column), series.lastStep(column)];
  const there = series.version === columns.version ? column : columnAfter(columns, first);
  if (there === columns.length || columns.left[there]! > first) return [first, last];
  return [columns.left[there]!, columns.right[there]!];
}
