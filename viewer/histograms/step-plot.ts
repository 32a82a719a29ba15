import type { Marks } from '../axes/tag-axis.ts';
import { paintEmpty, paintRuns, paintSteps, paintValuesLeft } from '../cards/axes.ts';
import { formatCount, formatValue } from '../cards/format-numbers.ts';
import { type Box, clamp, INSET } from '../cards/geometry.ts';
import type { Painter } from '../cards/painter.ts';
import type { HistogramSeries } from '../data/histogram-series.ts';
import { shortened } from '../names/split-name.ts';
import type { Range } from '../state/view-state.ts';
import { binAt, valueOfPixel } from './bin-readout.ts';
import { columnAfter } from './columns.ts';
import type { Density } from './density.ts';
import { type HeatMap, heatMap } from './heat-map.ts';
import { describeOutside, LANE_HEIGHT, lanesOf, outside, paintLaneCounts, paintLanes, paintOutside } from './lanes.ts';
import { type RunBands, runBands } from './run-bands.ts';
import { emptyText, type Plot, pointedAt, type RunHistograms, type Scene } from './scene.ts';
import { paintHistogram } from './step-histogram.ts';

const TOP = 20;
const STEP_AXIS = 20;
/** Width of the labels of quantiles. */
const NAMES = 34;
/** Narrower cards have no histogram beside the plot. */
const ROOM_FOR_TWO = 420;
/** The width of a letter of the name above it. */
const BOLD_LETTER = 7;

/** A {@link Plot} over steps. While the user zooms, its picture is stretched until it can be painted again. */
export interface StepPlot extends Plot {
  /** The part of the plot that moves with the steps, lanes included. */
  readonly content: Box;
  /** Instead of {@link paint}: stretches content that was painted for other steps over the existing picture. */
  paintMoved(painter: Painter, content: HTMLCanvasElement, before: Range): void;
}

/**
 * Values over steps: the heat map of one run, or the bands of several. Below are the lanes; beside, on the same axis of
 * values, the exact histogram of the hovered step.
 *
 *     legend, values outside           | step 40
 *     values |  heat map or bands      | bars
 *      lanes |  shares over steps      | counts
 *            |  steps                  | 0 … most
 */
export function stepPlot(scene: Scene): StepPlot {
  const { theme, axis, steps, runs, tag } = scene;
  const lanes = lanesOf(runs);
  const lanesHeight = lanes.length * LANE_HEIGHT + (lanes.length > 0 ? 3 : 0);
  const left = INSET.left;
  const height = Math.max(24, scene.height - TOP - lanesHeight - STEP_AXIS);
  const beside = scene.width >= ROOM_FOR_TWO ? Math.round(clamp(scene.width * 0.2, 84, 190)) : 0;
  const names = beside > 0 || runs.length === 1 ? NAMES - INSET.right : 0;
  const width = Math.max(24, Math.round(scene.width - left - INSET.right - beside - names));
  const [right, bottom] = [left + width, TOP + height];
  const plot: Box = { left, top: TOP, width, height };
  const content: Box = { left: left + 1, top: TOP, width: width - 1, height: height + lanesHeight };
  const lanesBox: Box = { left, top: bottom + (lanesHeight > 0 ? 3 : 0), width, height: Math.max(0, lanesHeight - 3) };
  const side: Box | undefined =
    beside > 0 ? { left: right + NAMES, top: TOP, width: beside - NAMES + names, height } : undefined;
  let heat: HeatMap | undefined;
  let bands: RunBands | undefined;
  const densities = (): Density[] =>
    heat === undefined ? bands!.densities.map(({ density }) => density) : [heat.density];

  const xOf = (step: number): number => left + ((step - steps[0]) / (steps[1] - steps[0])) * width;
  const yOf = (value: number): number => TOP + (1 - axis.position(value)) * height;
  const stepAt = (x: number): number => steps[0] + ((x - left) / width) * (steps[1] - steps[0]);
  const valueAt = (_x: number, y: number): number => axis.valueAt(1 - (y - TOP) / height);

  function paintZero(painter: Painter): void {
    const position = axis.position(0);
    if (position <= 0 || position >= 1) return;
    const y = Math.round(yOf(0)) + 0.5;
    painter.line([left, y, right, y], { colour: theme.line, width: 1 });
  }

  function paintHeader(painter: Painter): void {
    const y = TOP / 2 - 1;
    const end = right - (heat?.paintLegend(painter, right, y) ?? 0);
    const sums = densities().map(outside);
    const sum = {
      above: sums.reduce((all, { above }) => all + above, 0),
      below: sums.reduce((all, { below }) => all + below, 0),
    };
    const notes = describeOutside(sum, axis.domain, (value) => formatValue(value, 2)).join('   ');
    const long = notes.length * 5.6;
    if (runs.length > 1) paintRuns(painter, left, end - (long > 0 ? long + 12 : 0), y, runs, theme);
    if (notes === '') return;
    if (runs.length > 1) painter.text(notes, end, y, { colour: theme.accent, size: 10, align: 'right' });
    else if (left + long <= end) painter.text(notes, left, y, { colour: theme.accent, size: 10 });
    // No space in the header: below the upper edge of the plot.
    else painter.text(notes, left + 5, TOP + 11, { colour: theme.accent, size: 10, halo: theme.surface });
  }

  function paintBrush(painter: Painter, { brush }: Marks): void {
    if (brush === undefined) return;
    const { height: tall } = content;
    painter.within(left, TOP, width, tall, () => {
      const [from, to] = brush.map(xOf) as [number, number];
      painter.rectangle(from, TOP, Math.max(1, to - from), tall, theme.accent, 0.16);
      for (const x of [from, to]) painter.line([x, TOP, x, TOP + tall], { colour: theme.accent, width: 1 });
    });
  }

  function paintPointer(painter: Painter, { hover }: Marks): void {
    if (hover === undefined) return;
    const { height: tall } = content;
    const here = hover.tag === tag ? pointedAt(runs, hover) : undefined;
    painter.within(left, TOP, width, tall, () => {
      const x = xOf(hover.at);
      if (hover.at >= steps[0] && hover.at <= steps[1]) {
        painter.line([x, TOP, x, TOP + tall], { colour: theme.surface, width: 3, opacity: 0.6 });
        painter.line([x, TOP, x, TOP + tall], { colour: theme.accent, width: 1.25 });
      }
      if (here === undefined || here.column === -1 || hover.value === undefined) return;
      const bins = here.of.series.bins(here.column);
      const bin = binAt(bins, hover.value);
      if (bin === -1) return;
      const [upper, lower] = [yOf(bins.edges[bin + 1]!), yOf(bins.edges[bin]!)];
      const [from, to] = extentOf(here).map(xOf) as [number, number];
      const [wide, high] = [Math.max(5, to - from), Math.max(3, lower - upper)];
      const [x0, y0] = [(from + to - wide) / 2, (upper + lower - high) / 2];
      const around = [x0, y0, x0 + wide, y0, x0 + wide, y0 + high, x0, y0 + high, x0, y0];
      painter.line(around, { colour: theme.surface, width: 3, opacity: 0.7 });
      painter.line(around, { colour: theme.accent, width: 1.5 });
    });
  }

  function paintSide(painter: Painter, { hover }: Marks): void {
    const pointed = pointedAt(runs, hover);
    if (side === undefined || pointed === undefined || pointed.column === -1) return;
    const { of, column } = pointed;
    const style = { colour: theme.ink, size: 11, bold: true };
    painter.text(shortName(of.series, column, side.width + INSET.right), side.left, TOP / 2 - 1, style);
    const value = hover?.tag === tag ? hover.value : undefined;
    const colour = runs.length > 1 ? of.colour : theme.ink3;
    const footY = bottom + lanesHeight + 12;
    paintHistogram(painter, side, footY, of.series.bins(column), axis, value, colour, theme);
    const y = value === undefined ? Number.NaN : yOf(value);
    if (y > TOP && y < bottom) {
      painter.line([side.left, y, side.left + side.width, y], { colour: theme.accent, width: 1, opacity: 0.6 });
    }
    const counts = { ...lanesBox, left: side.left, width: side.width };
    if (lanes.length > 0) paintLaneCounts(painter, counts, lanes, of, column, theme);
  }

  return {
    across: 'steps',
    plot,
    content,
    stepAxis: { left, top: bottom, width, height: lanesHeight + STEP_AXIS },
    valueAxis: { left: 0, top: TOP, width: left, height },
    countsLanes: side !== undefined,
    stepAt,
    valueAt,
    paint(painter) {
      if (runs.length === 1) heat = heatMap(runs[0]!, plot, scene);
      else bands = runBands(scene, plot);
      paintZero(painter);
      heat?.paint(painter);
      bands?.paint(painter);
      paintValuesLeft(painter, plot, axis, theme);
      for (const density of densities()) paintOutside(painter, plot, density, theme);
      painter.line([left + 0.5, TOP, left + 0.5, bottom, right, bottom], { colour: theme.ink3, width: 1 });
      const colours = bands === undefined ? [] : runs.map(({ colour }) => colour);
      const coloured = densities().map((density, i) => ({ density, colour: colours[i] }));
      paintLanes(painter, lanesBox, lanes, coloured, theme);
      paintSteps(painter, plot, bottom + lanesHeight, scene, theme);
      paintHeader(painter);
      if (densities().every(({ covered }) => !covered.includes(1))) paintEmpty(painter, plot, emptyText(scene), theme);
    },
    paintMoved(painter, picture, before) {
      const wide = ((before[1] - before[0]) / (steps[1] - steps[0])) * content.width;
      const x = content.left + ((before[0] - steps[0]) / (steps[1] - steps[0])) * content.width;
      painter.within(content.left, TOP, content.width, content.height, () => {
        painter.rectangle(content.left, TOP, content.width, content.height, theme.surface);
        painter.image(picture, x, TOP, wide, content.height);
      });
      // Labels of steps reach beyond both ends.
      const end = TOP + content.height;
      painter.rectangle(0, end, content.left + content.width + NAMES, STEP_AXIS, theme.surface);
      paintSteps(painter, plot, end, scene, theme);
    },
    paintOver(painter, marks, run) {
      paintBrush(painter, marks);
      bands?.paintFront(painter, run);
      paintPointer(painter, marks);
      paintSide(painter, marks);
    },
    pick(x, y) {
      const of = bands?.nearest(x, y) ?? runs[0];
      const column = of?.columnAt(stepAt(x)) ?? -1;
      if (of === undefined || column === -1) return undefined;
      const value = valueOfPixel(of.series.bins(column), valueAt(x, y + 0.5), valueAt(x, y - 0.5), valueAt(x, y));
      return { at: of.placeOf(column), step: of.series.firstStep(column), tag, run: of.run, value };
    },
  };
}

/** The steps of a column in the space above its histogram; their full name is below the plot. */
function shortName(series: HistogramSeries, column: number, room: number): string {
  const [first, last] = [series.firstStep(column), series.lastStep(column)];
  const steps = [...new Set([first, last])].map(formatCount).join('–');
  const name = `${first === last ? 'step' : 'steps'} ${steps}`;
  const letters = Math.floor(room / BOLD_LETTER);
  return name.length <= letters ? name : shortened(steps, letters);
}

/** What a column covers in the plot; its own place if it was added after painting. */
function extentOf({ of: { series, columns, placeOf }, column }: { of: RunHistograms; column: number }): Range {
  const place = placeOf(column);
  const there = series.version === columns.version ? column : columnAfter(columns, place);
  if (there === columns.length || columns.left[there]! > place) return [place, place];
  return [columns.left[there]!, columns.right[there]!];
}
