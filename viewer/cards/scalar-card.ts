import { lowerBound } from '../data/binary-search.ts';
import type { ScalarSeries } from '../data/scalar-series.ts';
import { element } from '../element.ts';
import type { Range } from '../state/view-state.ts';
import { paintEmpty, paintSteps, paintValuesLeft } from './axes.ts';
import type { Card, CardContext } from './card.ts';
import { formatCount, formatValue } from './format-numbers.ts';
import { type Box, clamp, INSET } from './geometry.ts';
import { type Painter, SvgPainter, sizedPainter } from './painter.ts';
import { runColour, runDot } from './run-colours.ts';
import { smooth, thinLine } from './scalar-lines.ts';
import { listenForDrawing, listenToSteps, stepAt, stepMarks } from './step-track.ts';
import { type Theme, themeOf } from './theme.ts';
import { valueAxis } from './value-axis.ts';
import { scalarRange } from './value-range.ts';

const TOP = 8;
const BOTTOM = 22;
/** Up to this many points on a line are marked. */
const FEW = 40;

interface Line {
  readonly run: string;
  readonly colour: string;
  readonly index: number;
  readonly series: ScalarSeries;
  /** The version of the series that was drawn. */
  readonly version: number;
  readonly smoothed: Float64Array;
  /** The visible points and one on either side: [from, to). */
  readonly drawn: Range;
}

/** The scalars of a tag as lines, of all visible runs. */
export function scalarCard(context: CardContext, tag: string): Card {
  const { store, state } = context;
  const canvas = element('canvas');
  const marks = stepMarks();
  const values = element('div', { class: 'values' });
  const roles = { tabindex: 0, role: 'application', 'aria-label': `${tag}: lines over steps` };
  const plot = element('div', { class: 'plot', ...roles }, canvas, marks.element);
  let lines: readonly Line[] = [];
  const track = {
    steps: [0, 1] as Range,
    allSteps: [0, 1] as Range,
    left: INSET.left,
    right: INSET.left + 1,
    at: (x: number) => ({ step: nearest(stepAt(track, x)), tag }),
    neighbour(step: number, direction: 1 | -1): number {
      const steps = lines.flatMap(({ series }) => {
        const at = direction === 1 ? lastAt(series.steps, step) + 1 : lowerBound(series.steps, step) - 1;
        return series.steps[at] ?? [];
      });
      return steps.length === 0 ? step : direction === 1 ? Math.min(...steps) : Math.max(...steps);
    },
  };

  function linesNow({ dark }: Theme): Line[] {
    const { view } = state;
    const [first, last] = store.steps ?? [0, 1];
    track.allSteps = first === last ? [first - 0.5, last + 0.5] : [first, last];
    track.steps = view.steps ?? track.allSteps;
    const [from, to] = track.steps;
    return store.runs.flatMap((run, index) => {
      const series = store.scalars(run, tag);
      if (series === undefined || series.length === 0 || view.hiddenRuns.has(run)) return [];
      const { steps, version } = series;
      const begin = Math.max(0, lowerBound(steps, from) - 1);
      const end = Math.min(series.length, lowerBound(steps, to) + 2);
      const smoothed = smooth(series.values, view.smoothing);
      return [{ run, colour: runColour(index, dark), index, series, version, smoothed, drawn: [begin, end] as const }];
    });
  }

  function paint(painter: Painter, width: number, height: number, theme: Theme): void {
    const box: Box = {
      left: INSET.left,
      top: TOP,
      width: Math.max(1, width - INSET.left - INSET.right),
      height: Math.max(1, height - TOP - BOTTOM),
    };
    const bottom = box.top + box.height;
    track.right = box.left + box.width;
    const [first, last] = track.steps;
    const { smoothing, scalarAxis } = state.view;
    const { domain, constant } = scalarRange(
      lines.flatMap(({ series, drawn }) => [...series.values.subarray(...drawn)]),
    );
    const axis = valueAxis(scalarAxis, domain, constant);
    const xOf = (step: number): number => box.left + ((step - first) / (last - first)) * box.width;
    // Canvas coordinates must not overflow: far outside is outside.
    const yOf = (value: number) => box.top + (1 - clamp(axis.position(value), -10, 11)) * box.height;

    function trace({ series, drawn, colour }: Line, numbers: Float64Array, opacity: number): void {
      const x = series.steps.subarray(...drawn).map(xOf);
      const y = numbers.subarray(...drawn).map((value) => (Number.isFinite(value) ? yOf(value) : Number.NaN));
      painter.line(thinLine(x, y), { colour, width: opacity === 1 ? 1.5 : 1, opacity });
      if (x.length > FEW) return;
      for (let i = 0; i < x.length; i++) {
        if (!Number.isNaN(y[i]!)) painter.rectangle(x[i]! - 1.5, y[i]! - 1.5, 3, 3, colour, opacity);
      }
    }

    /** Marks values beyond the axis, or infinite, by a triangle at that edge, and NaN by a bar at the lower edge. */
    function paintOutside({ series, drawn, colour }: Line): void {
      let before = Number.NEGATIVE_INFINITY;
      for (let i = drawn[0]; i < drawn[1]; i++) {
        const value = series.values[i]!;
        const position = axis.position(value);
        const x = xOf(series.steps[i]!);
        if ((position >= 0 && position <= 1) || x - before < 1) continue;
        if (Number.isNaN(value)) {
          const next = i + 1 < series.length ? xOf(series.steps[i + 1]!) : x;
          painter.rectangle(x - 1, bottom - 5, Math.max(2, next - x + 1), 5, theme.lanes.nan);
        } else {
          const [base, tip] = position > 1 ? [box.top + 5, box.top - 1] : [bottom - 5, bottom + 1];
          const fill = Number.isFinite(value) ? colour : theme.lanes.positiveInfinity;
          painter.area([x - 3.5, base, x + 3.5, base, x, tip], fill);
        }
        before = x;
      }
    }

    for (const { value } of axis.ticks(box.height, 22)) {
      const y = box.top + (1 - axis.position(value)) * box.height;
      painter.line([box.left, y, track.right, y], { colour: theme.line, width: 1 });
    }
    paintValuesLeft(painter, box, axis, theme);
    paintSteps(painter, box, bottom, track.steps, theme);
    if (lines.length === 0) paintEmpty(painter, box, 'no numbers yet', theme);
    painter.within(box.left, box.top - 2, box.width, box.height + 4, () => {
      if (smoothing > 0) for (const line of lines) trace(line, line.series.values, 0.22);
      for (const line of lines) trace(line, line.smoothed, 1);
      for (const line of lines) paintOutside(line);
    });
  }

  function nearest(step: number): number {
    let best = Number.NaN;
    for (const { series } of lines) {
      const after = lowerBound(series.steps, step);
      for (const one of [series.steps[after - 1], series.steps[after]]) {
        if (one !== undefined && !(Math.abs(one - step) >= Math.abs(best - step))) best = one;
      }
    }
    return Number.isNaN(best) ? step : best;
  }

  /** Updates the marks, and the values at the hovered step; without a hover the last values. */
  function update(): void {
    const { view } = state;
    marks.update(view, track);
    const wanted = view.hover?.step ?? track.steps[1];
    values.replaceChildren(
      ...lines.flatMap(({ run, index, series, version, smoothed }) => {
        if (series.length === 0) return [];
        // The series may have grown since it was drawn.
        const numbers = series.version === version ? smoothed : smooth(series.values, view.smoothing);
        const at = Math.max(0, lastAt(series.steps, wanted));
        const value = formatValue(series.values[at]!, 5);
        const average = view.smoothing > 0 ? ` (${formatValue(numbers[at]!, 4)})` : '';
        const title = `${run}: ${value}${average && `, smoothed${average}`} at step ${formatCount(series.steps[at]!)}`;
        const name = lines.length > 1 ? `${run} ` : '';
        return element('span', { title }, runDot(index), name, element('b', {}, value), average);
      }),
      element('span', { class: 'hint' }, `step ${formatCount(Math.round(nearest(wanted)))}`),
    );
  }

  const card: Card = {
    element: element('div', { class: 'scalars' }, values, plot),
    draw() {
      const theme = themeOf(card.element);
      lines = linesNow(theme);
      const { clientWidth: width, clientHeight: height } = plot;
      paint(sizedPainter(canvas, width, height, theme.font), width, height, theme);
      update();
      return true;
    },
    toSvg() {
      const theme = themeOf(card.element);
      const { clientWidth: width, clientHeight: height } = plot;
      const svg = new SvgPainter(theme.font);
      svg.rectangle(0, 0, width, height, theme.surface);
      paint(svg, width, height, theme);
      return svg.finish(width, height, tag);
    },
    toRows() {
      const rows: (string | number)[][] = [['run', 'tag', 'step', 'wall_time', 'value', 'smoothed']];
      for (const { run, series, smoothed } of linesNow(themeOf(card.element))) {
        const { steps, values, wallTimes } = series;
        for (let i = 0; i < series.length; i++) {
          if (steps[i]! < track.steps[0] || steps[i]! > track.steps[1]) continue;
          rows.push([run, tag, steps[i]!, wallTimes[i]!, values[i]!, smoothed[i]!]);
        }
      }
      return rows;
    },
    destroy() {
      stopTrack();
      stopState();
    },
  };
  const stopTrack = listenToSteps(plot, state, track);
  const stopState = listenForDrawing(context, card, update);
  return card;
}

/** The index of the last step that is not after this one; -1 if there is none. */
function lastAt(steps: Float64Array, step: number): number {
  const at = lowerBound(steps, step);
  return steps[at] === step ? at : at - 1;
}
