import { notEmpty } from '../axes/ranges.ts';
import { type Pointed, TagAxis } from '../axes/tag-axis.ts';
import { nameOfPlace } from '../axes/ticks.ts';
import { lowerBound, nearestAt } from '../data/binary-search.ts';
import type { ScalarSeries } from '../data/scalar-series.ts';
import { element } from '../element.ts';
import type { Range } from '../state/view-state.ts';
import { paintEmpty, paintSteps, paintValuesLeft } from './axes.ts';
import type { Card, CardContext } from './card.ts';
import { formatCount, formatValue } from './format-numbers.ts';
import { type Box, clamp, INSET } from './geometry.ts';
import { type Painter, SvgPainter, sizedPainter } from './painter.ts';
import { runColour, runDot } from './run-colours.ts';
import { thinLine } from './scalar-lines.ts';
import { listenForDrawing, listenToSteps, stepAt, stepMarks } from './step-track.ts';
import { type Theme, themeOf } from './theme.ts';
import { valueAxis } from './value-axis.ts';
import { scalarRange } from './value-range.ts';

const TOP = 8;
const BOTTOM = 22;
/** A narrow line has this many points, although two a pixel would be fewer. */
const LEAST_POINTS = 1024;
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
  /** On the axis. */
  readonly places: Float64Array;
  /** The visible points and one on either side: [from, to). */
  readonly drawn: Range;
}

/** The scalars of a tag as lines, of all visible runs. */
export function scalarCard(context: CardContext, tag: string): Card {
  const { store, state, axes } = context;
  const axis = new TagAxis(axes, state, tag);
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
    at: (x: number): Pointed | undefined => nearest(stepAt(track, x)),
    neighbour(place: number, direction: 1 | -1): Pointed | undefined {
      let best: Pointed | undefined;
      for (const { series, places } of lines) {
        const i = direction === 1 ? lastAt(places, place) + 1 : lowerBound(places, place) - 1;
        const at = places[i];
        if (at !== undefined && (best === undefined || at < best.at === (direction === 1))) {
          best = { at, step: series.steps[i]! };
        }
      }
      return best;
    },
  };

  function linesNow({ dark }: Theme): Line[] {
    const { view } = state;
    track.allSteps = notEmpty(axis.extent ?? [0, 1]);
    track.steps = axis.steps ?? track.allSteps;
    const [from, to] = track.steps;
    return store.runs.flatMap((run, index) => {
      const series = store.scalars(run, tag);
      if (series === undefined || series.length === 0 || view.hiddenRuns.has(run)) return [];
      const places = axis.places(run, series);
      if (places.length === 0) return [];
      const begin = Math.max(0, lowerBound(places, from) - 1);
      const end = Math.min(series.length, lowerBound(places, to) + 2);
      const drawn: Range = [begin, end];
      const smoothed = series.smoothed(view.smoothing);
      const { version } = series;
      return [{ run, colour: runColour(index, dark), index, series, version, smoothed, places, drawn }];
    });
  }

  /** Asks the source for the points that the lines of this picture need. */
  function want(width: number): void {
    let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const { series, drawn } of lines) {
      if (drawn[0] >= drawn[1]) continue;
      from = Math.min(from, series.steps[drawn[0]]!);
      to = Math.max(to, series.steps[drawn[1] - 1]!);
    }
    const steps: Range | undefined = axis.steps === undefined || from > to ? undefined : [from, to];
    store.showScalars({ tag, steps, points: Math.max(LEAST_POINTS, 2 * width), smoothing: state.view.smoothing });
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
    const values = valueAxis(scalarAxis, domain, constant);
    const xOf = (place: number): number => box.left + ((place - first) / (last - first)) * box.width;
    // Canvas coordinates must not overflow: far outside is outside.
    const yOf = (value: number) => box.top + (1 - clamp(values.position(value), -10, 11)) * box.height;

    function trace({ places, drawn, colour }: Line, numbers: Float64Array, opacity: number): void {
      const x = places.subarray(...drawn).map(xOf);
      const y = numbers.subarray(...drawn).map((value) => (Number.isFinite(value) ? yOf(value) : Number.NaN));
      painter.line(thinLine(x, y), { colour, width: opacity === 1 ? 1.5 : 1, opacity });
      if (x.length > FEW) return;
      for (let i = 0; i < x.length; i++) {
        if (!Number.isNaN(y[i]!)) painter.rectangle(x[i]! - 1.5, y[i]! - 1.5, 3, 3, colour, opacity);
      }
    }

    /** Marks values beyond the axis, or infinite, by a triangle at that edge, and NaN by a bar at the lower edge. */
    function paintOutside({ series, places, drawn, colour }: Line): void {
      let before = Number.NEGATIVE_INFINITY;
      for (let i = drawn[0]; i < drawn[1]; i++) {
        const value = series.values[i]!;
        const position = values.position(value);
        const x = xOf(places[i]!);
        if ((position >= 0 && position <= 1) || x - before < 1) continue;
        if (Number.isNaN(value)) {
          const next = i + 1 < places.length ? xOf(places[i + 1]!) : x;
          painter.rectangle(x - 1, bottom - 5, Math.max(2, next - x + 1), 5, theme.lanes.nan);
        } else {
          const [base, tip] = position > 1 ? [box.top + 5, box.top - 1] : [bottom - 5, bottom + 1];
          const fill = Number.isFinite(value) ? colour : theme.lanes.positiveInfinity;
          painter.area([x - 3.5, base, x + 3.5, base, x, tip], fill);
        }
        before = x;
      }
    }

    for (const { value } of values.ticks(box.height, 22)) {
      const y = box.top + (1 - values.position(value)) * box.height;
      painter.line([box.left, y, track.right, y], { colour: theme.line, width: 1 });
    }
    paintValuesLeft(painter, box, values, theme);
    paintSteps(painter, box, bottom, { unit: axis.unit, steps: track.steps }, theme);
    if (lines.length === 0) paintEmpty(painter, box, emptyText(), theme);
    painter.within(box.left, box.top - 2, box.width, box.height + 4, () => {
      if (smoothing > 0) for (const line of lines) trace(line, line.series.values, 0.22);
      for (const line of lines) trace(line, line.smoothed, 1);
      for (const line of lines) paintOutside(line);
    });
  }

  /** The record nearest to a place. */
  function nearest(place: number): Pointed | undefined {
    let best: Pointed | undefined;
    for (const { series, places } of lines) {
      const i = nearestAt(places, place);
      const at = places[i]!;
      if (best === undefined || Math.abs(at - place) < Math.abs(best.at - place)) best = { at, step: series.steps[i]! };
    }
    return best;
  }

  function emptyText(): string {
    const logged = store.runs.some(
      (run) => !state.view.hiddenRuns.has(run) && (store.scalars(run, tag)?.length ?? 0) > 0,
    );
    return logged ? 'these numbers have no wall times' : 'no numbers yet';
  }

  const nameOfRecord = ({ at, step }: Pointed): string =>
    axis.unit === 'step' ? nameOfPlace('step', at) : `${nameOfPlace(axis.unit, at)} \u00b7 step ${formatCount(step)}`;

  /** Updates the marks, and the values at the hovered step; without a hover the last values. */
  function update(): void {
    const { view } = state;
    marks.update(axis, track);
    const wanted = axis.hover?.at ?? track.steps[1];
    const here = nearest(wanted);
    values.replaceChildren(
      ...lines.flatMap(({ run, index, series, version, smoothed }) => {
        if (series.length === 0) return [];
        // The series may have grown since it was drawn.
        const numbers = series.version === version ? smoothed : series.smoothed(view.smoothing);
        const at = Math.max(0, lastAt(axis.places(run, series), wanted));
        const value = formatValue(series.values[at]!, 5);
        const average = view.smoothing > 0 ? ` (${formatValue(numbers[at]!, 4)})` : '';
        const title = `${run}: ${value}${average && `, smoothed${average}`} at step ${formatCount(series.steps[at]!)}`;
        const name = lines.length > 1 ? `${run} ` : '';
        return element('span', { title }, runDot(index), name, element('b', {}, value), average);
      }),
      ...(here === undefined ? [] : [element('span', { class: 'hint' }, nameOfRecord(here))]),
    );
  }

  const card: Card = {
    element: element('div', { class: 'scalars' }, values, plot),
    draw() {
      const theme = themeOf(card.element);
      lines = linesNow(theme);
      const { clientWidth: width, clientHeight: height } = plot;
      want(width);
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
    async toRows() {
      const rows: (string | number)[][] = [['run', 'tag', 'step', 'wall_time', 'value', 'smoothed']];
      const runs = linesNow(themeOf(card.element)).map(({ run }) => run);
      const [first, last] = track.steps;
      for (const [run, records] of await store.exactScalars(tag, runs)) {
        const { steps, values, wallTimes, smoothed } = records;
        const places = axis.places(run, { ...records, version: 0 });
        for (let i = 0; i < steps.length; i++) {
          if (places[i]! < first || places[i]! > last) continue;
          rows.push([run, tag, steps[i]!, wallTimes[i]!, values[i]!, smoothed[i] ?? values[i]!]);
        }
      }
      return rows;
    },
    destroy() {
      store.hideScalars(tag);
      stopTrack();
      stopState();
    },
  };
  const stopTrack = listenToSteps(plot, axis, track);
  const stopState = listenForDrawing(context, card, update);
  return card;
}

/** The index of the last step that is not after this one; -1 if there is none. */
function lastAt(steps: Float64Array, step: number): number {
  const at = lowerBound(steps, step);
  return steps[at] === step ? at : at - 1;
}
