import { signal } from '@preact/signals-core';
import { nameOfPlace } from '../axes/place-names.ts';
import { notEmpty } from '../axes/ranges.ts';
import { type Pointed, TagAxis } from '../axes/tag-axis.ts';
import type { Card, CardContext } from '../cards/card.ts';
import { formatCount, formatValue } from '../cards/format-numbers.ts';
import { INSET } from '../cards/geometry.ts';
import { sizedPainter } from '../cards/painter.ts';
import { RECORD_COLUMNS, type Readout } from '../cards/readout.ts';
import { shownColour } from '../cards/run-colours.ts';
import { listenForDrawing, listenToSteps, stepAt, stepMarks } from '../cards/step-track.ts';
import { type Theme, themeOf } from '../cards/theme.ts';
import { lowerBound } from '../data/binary-search.ts';
import { element } from '../element.ts';
import { nameElement } from '../names/name-element.ts';
import { departureOf } from '../names/split-name.ts';
import { pointedRun, type Range } from '../state/view-state.ts';
import type { ScalarLine } from './scalar-line.ts';
import { type ScalarPlot, scalarPlot } from './scalar-plot.ts';
import { ScalarRecords } from './scalar-records.ts';

/** A narrow line has this many points, although two a pixel would be fewer. */
const LEAST_POINTS = 1024;
/** A line this near to the pointer is pointed at, in pixels. */
const NEAR = 24;

/** The scalars of a tag as lines, of all visible runs. */
export function scalarCard(context: CardContext, tag: string): Card {
  const { store, state } = context;
  const axis = new TagAxis(context.axes, state, tag);
  const canvas = element('canvas');
  /** The line that is pointed at, above all others. */
  const front = element('canvas', { class: 'front', 'aria-hidden': 'true' });
  const marks = stepMarks();
  const values = element('div', { class: 'values' });
  const roles = { tabindex: 0, role: 'application', 'aria-label': `${tag}: lines over steps` };
  const plot = element('div', { class: 'plot', ...roles }, canvas, front, marks.element);
  /** Increases when {@link Card.readout} would give something else for the same view. */
  const changes = signal(0);
  const records = new ScalarRecords(context, tag, () => {
    update();
    changes.value++;
  });
  let lines: readonly ScalarLine[] = [];
  let drawn: ScalarPlot | undefined;
  let theme: Theme;
  let [width, height] = [0, 0];
  /** The line that `front` shows. */
  let shownFront: ScalarLine | undefined;
  const track = {
    steps: [0, 1] as Range,
    allSteps: [0, 1] as Range,
    left: INSET.left,
    right: INSET.left + 1,
    at(x: number, y: number): Pointed | undefined {
      const at = stepAt(track, x);
      const record = nearest(at);
      if (record === undefined) return undefined;
      const run = lineAt(record.at, y)?.run;
      // Of a part, not all records are known yet: the pointer is where it is.
      return { ...record, ...(hasParts() && { at }), ...(run !== undefined && { run }) };
    },
    neighbour(place: number, direction: 1 | -1): Pointed | undefined {
      let best: Pointed | undefined;
      for (const line of lines) {
        const record = records.neighbour(line, place, direction);
        if (record === undefined) continue;
        const { of, row } = record;
        const at = of.places[row]!;
        if (best === undefined || at < best.at === (direction === 1)) best = { at, step: of.steps[row]! };
      }
      return best;
    },
  };

  function linesNow({ dark }: Theme): ScalarLine[] {
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
      const smoothed = series.smoothed(view.smoothing);
      const { version, steps, wallTimes, values } = series;
      const colour = shownColour(run, index, view, dark);
      return [
        { run, colour, series, version, steps, wallTimes, values, smoothed, places, drawn: [begin, end] },
      ] satisfies ScalarLine[];
    });
  }

  /** Asks the source for the points that the lines of this picture need. */
  function want(): void {
    let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const { steps, drawn } of lines) {
      if (drawn[0] >= drawn[1]) continue;
      from = Math.min(from, steps[drawn[0]]!);
      to = Math.max(to, steps[drawn[1] - 1]!);
    }
    const steps: Range | undefined = axis.steps === undefined || from > to ? undefined : [from, to];
    store.showScalars({ tag, steps, points: Math.max(LEAST_POINTS, 2 * width), smoothing: state.view.smoothing });
  }

  const plotNow = (): ScalarPlot =>
    scalarPlot(lines, width, height, { unit: axis.unit, steps: track.steps }, state.view, theme);

  /** The record nearest to a place. */
  function nearest(place: number): Pointed | undefined {
    let best: Pointed | undefined;
    for (const line of lines) {
      const { of, row } = records.nearest(line, place);
      const at = of.places[row]!;
      if (best === undefined || Math.abs(at - place) < Math.abs(best.at - place)) best = { at, step: of.steps[row]! };
    }
    return best;
  }

  /** The line nearest to a height, if it is near, at its record nearest to a place. */
  function lineAt(place: number, y: number): ScalarLine | undefined {
    let [best, least]: [ScalarLine | undefined, number] = [undefined, lines.length === 1 ? Infinity : NEAR];
    for (const line of lines) {
      const record = records.at(line, place);
      if (record === undefined) continue;
      const distance = Math.abs(drawn!.heightOf(record.of.smoothed[record.row]!) - y);
      if (distance < least) [best, least] = [line, distance];
    }
    return best;
  }

  function emptyText(): string {
    const logged = store.runs.filter((run) => (store.scalars(run, tag)?.length ?? 0) > 0);
    if (logged.length === 0) return 'no numbers yet';
    const hidden = logged.every((run) => state.view.hiddenRuns.has(run));
    return hidden ? 'all runs with these numbers are hidden' : 'these numbers have no wall times';
  }

  const nameOfRecord = ({ at, step }: Pointed): string =>
    axis.unit === 'step' ? nameOfPlace('step', at) : `${nameOfPlace(axis.unit, at)} \u00b7 step ${formatCount(step)}`;

  const wanted = () => axis.hover?.at ?? track.steps[1];
  const hasParts = () => lines.some(({ series }) => series.isPart);

  /** Updates the marks, the line in front, and the name and the values of the run that is pointed at, or of the only one. */
  function update(): void {
    const { view } = state;
    marks.update(axis, track);
    const run = pointedRun(view);
    const line = lines.find((one) => one.run === run);
    const place = axis.hover?.at;
    if (place !== undefined) records.ask(lines, place);
    paintFront(line);
    const here = nearest(wanted());
    const named = line ?? (lines.length === 1 ? lines[0] : undefined);
    values.replaceChildren(
      ...(named === undefined ? [`${formatCount(lines.length)} runs`] : nameAndValues(named)),
      element('span', { class: 'hint' }, [shrunk(), here && nameOfRecord(here)].filter(Boolean).join(' \u00b7 ')),
    );
  }

  function nameAndValues(line: ScalarLine): (Node | string)[] {
    const { run, colour } = line;
    const dot = element('span', { class: 'dot', 'aria-hidden': 'true' });
    dot.style.background = colour;
    const name = store.runs.length > 1 ? [dot, nameElement(run, { from: departureOf(run, store.runs) })] : [];
    const record = records.at(line, axis.hover?.at);
    if (record === undefined) return name;
    const { of, row } = record;
    const average = state.view.smoothing > 0 ? [`(${formatValue(of.smoothed[row]!, 4)})`] : [];
    return [...name, element('b', {}, formatValue(of.values[row]!, 5)), ...average];
  }

  /** What is said if the store could not keep all records. */
  function shrunk(): string {
    let [kept, logged] = [0, 0];
    for (const { series } of lines) {
      kept += series.kept;
      logged += series.logged;
    }
    return kept < logged ? `${formatCount(kept)} of ${formatCount(logged)} records kept` : '';
  }

  function paintFront(line: ScalarLine | undefined): void {
    if (line === undefined && shownFront === undefined) return;
    shownFront = line;
    const painter = sizedPainter(front, width, height, theme.font);
    if (line !== undefined && lines.length > 1) drawn!.paintFront(painter, line, records.at(line, axis.hover?.at));
  }

  function measure(): void {
    theme = themeOf(card.element);
    lines = linesNow(theme);
    [width, height] = [plot.clientWidth, plot.clientHeight];
    drawn = plotNow();
    track.right = drawn.right;
  }

  const card: Card = {
    element: element('div', { class: 'scalars' }, values, plot),
    draw() {
      measure();
      want();
      drawn!.paint(sizedPainter(canvas, width, height, theme.font), emptyText());
      shownFront = lines[0];
      update();
      changes.value++;
      return true;
    },
    readout(): Readout {
      changes.value;
      const { smoothing } = state.view;
      const place = axis.hover?.at;
      const rows = lines.map((line) => {
        const { run, colour } = line;
        const record = records.at(line, place);
        if (record === undefined) return { run, colour, values: [] };
        const { of, row } = record;
        const average = smoothing > 0 ? [of.smoothed[row]] : [];
        const relative = records.relative(line, record);
        return { run, colour, values: [...average, of.values[row], of.steps[row], relative] };
      });
      const average = smoothing > 0 ? [{ name: 'smoothed', format: (value: number) => formatValue(value, 5) }] : [];
      const value = { name: 'value', format: (value: number) => formatValue(value, 5) };
      return { columns: [...average, value, ...RECORD_COLUMNS], rows };
    },
    async toSvg() {
      const { SvgPainter } = await import('../cards/svg-painter.ts');
      measure();
      const svg = new SvgPainter(theme.font);
      svg.rectangle(0, 0, width, height, theme.surface);
      drawn!.paint(svg, emptyText());
      return svg.finish(width, height, tag);
    },
    async toRows() {
      const rows: (string | number)[][] = [['run', 'tag', 'step', 'wall_time', 'value', 'smoothed']];
      const runs = linesNow(themeOf(card.element)).map(({ run }) => run);
      const [first, last] = track.steps;
      for (const [run, exact] of await store.exactScalars(tag, runs)) {
        const { steps, values, wallTimes, smoothed } = exact;
        const places = axis.places(run, { ...exact, version: 0 });
        for (let i = 0; i < steps.length; i++) {
          if (places[i]! < first || places[i]! > last) continue;
          rows.push([run, tag, steps[i]!, wallTimes[i]!, values[i]!, smoothed[i] ?? values[i]!]);
        }
      }
      return rows;
    },
    destroy() {
      store.hideScalars(tag);
      records.stop();
      stopTrack();
      stopState();
    },
  };
  const stopTrack = listenToSteps(plot, axis, track);
  const stopState = listenForDrawing(context, card, update);
  return card;
}
