import { oncePerFrame } from '../clock.ts';
import { lowerBound } from '../data/binary-search.ts';
import type { ScalarSeries } from '../data/scalar-series.ts';
import { element } from '../element.ts';
import { onlyMarksMoved, type Range } from '../state/view-state.ts';
import { paintEmpty, paintSteps, paintValuesLeft } from './axes.ts';
import type { Card, CardContext } from './card.ts';
import { type Box, clamp, INSET } from './geometry.ts';
import { formatCount, formatValue } from './numbers.ts';
import { type Painter, SvgPainter, sizedPainter } from './painter.ts';
import { runColour, runDot } from './run-colours.ts';
import { smooth, thinLine } from './scalar-lines.ts';
import { listenToSteps, StepMarks, type StepTrack, stepAt } from './step-track.ts';
import { type Theme, themeOf } from './theme.ts';
import { type ValueAxis, valueAxis } from './value-axis.ts';
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
export class ScalarCard implements Card, StepTrack {
  readonly element: HTMLElement;
  readonly #context: CardContext;
  readonly #tag: string;
  readonly #canvas: HTMLCanvasElement = element('canvas');
  readonly #plot: HTMLElement;
  readonly #marks: StepMarks = new StepMarks();
  readonly #values: HTMLElement = element('div', { class: 'values' });
  readonly #stop: (() => void)[];
  steps: Range = [0, 1];
  allSteps: Range = [0, 1];
  right: number = INSET.left + 1;
  readonly left: number = INSET.left;
  #lines: readonly Line[] = [];

  constructor(context: CardContext, tag: string) {
    this.#context = context;
    this.#tag = tag;
    this.#plot = element(
      'div',
      { class: 'plot', tabindex: 0, role: 'application', 'aria-label': `${tag}: lines over steps` },
      this.#canvas,
      this.#marks.element,
    );
    this.element = element('div', { class: 'scalars' }, this.#values, this.#plot);
    const follow = oncePerFrame(() => this.#update());
    this.#stop = [
      listenToSteps(this.#plot, context.state, this),
      context.state.listen((view, before) => {
        if (onlyMarksMoved(view, before)) follow();
        else context.requestDraw(this);
      }),
    ];
  }

  draw(): boolean {
    const theme = themeOf(this.element);
    this.#lines = this.#linesNow(theme);
    const { clientWidth: width, clientHeight: height } = this.#plot;
    this.#paint(sizedPainter(this.#canvas, width, height, theme.font), width, height, theme);
    this.#update();
    return true;
  }

  at(x: number): { step: number; tag: string } | undefined {
    return { step: this.#nearest(stepAt(this, x)), tag: this.#tag };
  }

  neighbour(step: number, direction: 1 | -1): number {
    const steps = this.#lines.flatMap(({ series }) => {
      const at = direction === 1 ? lastAt(series.steps, step) + 1 : lowerBound(series.steps, step) - 1;
      return series.steps[at] ?? [];
    });
    return steps.length === 0 ? step : direction === 1 ? Math.min(...steps) : Math.max(...steps);
  }

  toSvg(): string {
    const theme = themeOf(this.element);
    const { clientWidth: width, clientHeight: height } = this.#plot;
    const svg = new SvgPainter(theme.font);
    svg.rectangle(0, 0, width, height, theme.surface);
    this.#paint(svg, width, height, theme);
    return svg.finish(width, height, this.#tag);
  }

  toRows(): (string | number)[][] {
    const rows: (string | number)[][] = [['run', 'tag', 'step', 'wall_time', 'value', 'smoothed']];
    for (const { run, series, smoothed } of this.#linesNow()) {
      const { steps, values, wallTimes } = series;
      for (let i = 0; i < series.length; i++) {
        if (steps[i]! < this.steps[0] || steps[i]! > this.steps[1]) continue;
        rows.push([run, this.#tag, steps[i]!, wallTimes[i]!, values[i]!, smoothed[i]!]);
      }
    }
    return rows;
  }

  destroy(): void {
    for (const stop of this.#stop) stop();
  }

  #linesNow({ dark }: Theme = themeOf(this.element)): Line[] {
    const { store, state } = this.#context;
    const { view } = state;
    const [first, last] = store.steps ?? [0, 1];
    this.allSteps = first === last ? [first - 0.5, last + 0.5] : [first, last];
    this.steps = view.steps ?? this.allSteps;
    const [from, to] = this.steps;
    return store.runs.flatMap((run, index) => {
      const series = store.scalars(run, this.#tag);
      if (series === undefined || series.length === 0 || view.hiddenRuns.has(run)) return [];
      const { steps, values } = series;
      const drawn: Range = [
        Math.max(0, lowerBound(steps, from) - 1),
        Math.min(series.length, lowerBound(steps, to) + 2),
      ];
      const smoothed = smooth(values, view.smoothing);
      return [{ run, colour: runColour(index, dark), index, series, version: series.version, smoothed, drawn }];
    });
  }

  #paint(painter: Painter, width: number, height: number, theme: Theme): void {
    const box: Box = {
      left: INSET.left,
      top: TOP,
      width: Math.max(1, width - INSET.left - INSET.right),
      height: Math.max(1, height - TOP - BOTTOM),
    };
    this.right = box.left + box.width;
    const { smoothing, scalarAxis } = this.#context.state.view;
    const { domain, constant } = scalarRange(
      this.#lines.flatMap(({ series, drawn }) => [...series.values.subarray(...drawn)]),
    );
    const axis = valueAxis(scalarAxis, domain, constant);
    for (const { value } of axis.ticks(box.height, 22)) {
      const y = box.top + (1 - axis.position(value)) * box.height;
      painter.line([box.left, y, this.right, y], { colour: theme.line, width: 1 });
    }
    paintValuesLeft(painter, box, axis, theme);
    paintSteps(painter, box, box.top + box.height, this.steps, theme);
    if (this.#lines.length === 0) paintEmpty(painter, box, 'no numbers yet', theme);
    painter.within(box.left, box.top - 2, box.width, box.height + 4, () => {
      if (smoothing > 0)
        for (const line of this.#lines) this.#trace(painter, line, line.series.values, box, axis, 0.22);
      for (const line of this.#lines) this.#trace(painter, line, line.smoothed, box, axis, 1);
      for (const line of this.#lines) this.#paintOutside(painter, line, box, axis, theme);
    });
  }

  #x(step: number, { left, width }: Box): number {
    return left + ((step - this.steps[0]) / (this.steps[1] - this.steps[0])) * width;
  }

  #trace(
    painter: Painter,
    { series, drawn, colour }: Line,
    numbers: Float64Array,
    box: Box,
    axis: ValueAxis,
    opacity: number,
  ): void {
    const x = series.steps.subarray(...drawn).map((step) => this.#x(step, box));
    // Canvas coordinates must not overflow: far outside is outside.
    const y = numbers
      .subarray(...drawn)
      .map((value) =>
        Number.isFinite(value) ? box.top + (1 - clamp(axis.position(value), -10, 11)) * box.height : Number.NaN,
      );
    painter.line(thinLine(x, y), { colour, width: opacity === 1 ? 1.5 : 1, opacity });
    if (x.length > FEW) return;
    for (let i = 0; i < x.length; i++) {
      if (!Number.isNaN(y[i]!)) painter.rectangle(x[i]! - 1.5, y[i]! - 1.5, 3, 3, colour, opacity);
    }
  }

  /** Marks values beyond the axis, or infinite, by a triangle at that edge, and NaN by a bar at the lower edge. */
  #paintOutside(painter: Painter, { series, drawn, colour }: Line, box: Box, axis: ValueAxis, theme: Theme): void {
    const bottom = box.top + box.height;
    let last = Number.NEGATIVE_INFINITY;
    for (let i = drawn[0]; i < drawn[1]; i++) {
      const value = series.values[i]!;
      const position = axis.position(value);
      const x = this.#x(series.steps[i]!, box);
      if ((position >= 0 && position <= 1) || x - last < 1) continue;
      if (Number.isNaN(value)) {
        const next = i + 1 < series.length ? this.#x(series.steps[i + 1]!, box) : x;
        painter.rectangle(x - 1, bottom - 5, Math.max(2, next - x + 1), 5, theme.lanes.nan);
      } else {
        const [base, tip] = position > 1 ? [box.top + 5, box.top - 1] : [bottom - 5, bottom + 1];
        painter.area(
          [x - 3.5, base, x + 3.5, base, x, tip],
          Number.isFinite(value) ? colour : theme.lanes.positiveInfinity,
        );
      }
      last = x;
    }
  }

  #nearest(step: number): number {
    let best = Number.NaN;
    for (const { series } of this.#lines) {
      const after = lowerBound(series.steps, step);
      for (const one of [series.steps[after - 1], series.steps[after]]) {
        if (one !== undefined && !(Math.abs(one - step) >= Math.abs(best - step))) best = one;
      }
    }
    return Number.isNaN(best) ? step : best;
  }

  /** Updates the marks, and the values at the hovered step; without a hover the last values. */
  #update(): void {
    const { view } = this.#context.state;
    this.#marks.update(view, this);
    const wanted = view.hover?.step ?? this.steps[1];
    this.#values.replaceChildren(
      ...this.#lines.flatMap((line) => {
        const { run, index, series } = line;
        if (series.length === 0) return [];
        // The series may have grown since it was drawn.
        const isSame = series.version === line.version;
        const numbers = isSame ? line.smoothed : smooth(series.values, view.smoothing);
        const at = Math.max(0, lastAt(series.steps, wanted));
        const value = formatValue(series.values[at]!, 5);
        const smoothed = view.smoothing > 0 ? ` (${formatValue(numbers[at]!, 4)})` : '';
        return element(
          'span',
          { title: `${run}: ${value}${smoothed && `, smoothed${smoothed}`} at step ${formatCount(series.steps[at]!)}` },
          runDot(index),
          this.#lines.length > 1 ? `${run} ` : '',
          element('b', {}, value),
          smoothed,
        );
      }),
      element('span', { class: 'hint' }, `step ${formatCount(Math.round(this.#nearest(wanted)))}`),
    );
  }
}

/** The index of the last step that is not after this one; -1 if there is none. */
function lastAt(steps: Float64Array, step: number): number {
  const at = lowerBound(steps, step);
  return steps[at] === step ? at : at - 1;
}
