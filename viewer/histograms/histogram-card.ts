import { nameOfPlace } from '../axes/place-names.ts';
import type { Card, CardContext } from '../cards/card.ts';
import { formatCount, formatValue } from '../cards/format-numbers.ts';
import { listenToPointer } from '../cards/pointer.ts';
import { RECORD_COLUMNS, type Readout } from '../cards/readout.ts';
import { themeOf } from '../cards/theme.ts';
import { element, say } from '../element.ts';
import { describeBin, describeColumn, nameOfColumn } from './bin-readout.ts';
import { cardGestures, type Shown } from './card-gestures.ts';
import { pressKey } from './card-keys.ts';
import { columnsWithin } from './columns.ts';
import { evenly } from './curves.ts';
import { HistogramPicture } from './histogram-picture.ts';
import { pointedAt, type RunHistograms, type Scene, SceneMaker } from './scene.ts';

/**
 * The histograms of one tag: a heat map over steps, ridges, or overlaid outlines, as the view says.
 * @param run the only run to draw. Default: all visible runs.
 */
export function histogramCard(context: CardContext, tag: string, run?: string): Card {
  const { state } = context;
  const maker = new SceneMaker(context, tag, run);
  const redraw = () => context.requestDraw(card);
  const picture = new HistogramPicture(maker);
  const figure = element('div', {}, picture.below, picture.above);
  const readout = [element('div'), element('div')] as const;
  const live = element('div', { 'aria-live': 'polite' });
  /** Size of the figure, kept because reading it in each frame would force a layout. */
  let [width, height] = [0, 0];

  const measure = () => {
    [width, height] = [figure.clientWidth, figure.clientHeight];
  };
  /** The plot in the page with the axes of the next frame: several wheel events may arrive before it is drawn. */
  const shown = (): Shown | undefined => {
    if (picture.painted === undefined) return undefined;
    const { plot, scene } = picture.painted;
    const allSteps = maker.allSteps(scene.runs);
    return { plot, steps: maker.stepAxis.steps ?? allSteps, allSteps, axis: maker.axis(state.view, scene.theme) };
  };
  const gestures = cardGestures(figure, state, maker.stepAxis, tag, shown, redraw);
  const press = (event: KeyboardEvent) => {
    if (picture.painted === undefined) return;
    const spoken = pressKey(event, maker.stepAxis, tag, picture.painted.scene.runs, gestures);
    if (spoken === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (spoken !== '') live.textContent = spoken;
  };

  /** Describes the hovered bin and column below the figure. */
  const read = ({ runs, theme }: Scene) => {
    const { hover, unit } = maker.stepAxis;
    const pointed = pointedAt(runs, hover);
    const lines = ['', ''];
    if (pointed !== undefined && pointed.column !== -1) {
      const { of, column } = pointed;
      const time = unit === 'step' ? '' : ` \u00b7 ${nameOfPlace(unit, of.placeOf(column))}`;
      const name = `${runs.length > 1 ? `${of.run} \u00b7 ` : ''}${nameOfColumn(of.series, column)}${time}`;
      const value = hover?.tag === tag ? hover.value : undefined;
      lines[0] = value === undefined ? name : `${name} \u00b7 ${describeBin(of.series, column, value)}`;
      lines[1] = describeColumn(of.series, column, !picture.painted!.plot.countsLanes);
    }
    for (const [i, line] of readout.entries()) {
      say(line, lines[i]!);
      line.style.color = i === 0 ? theme.ink : theme.ink2;
    }
  };

  const draw = (newData: boolean, now: boolean): boolean => {
    if (!(width > 0 && height > 0)) measure();
    // The ResizeObserver asks for a drawing once there is a size.
    if (width === 0 || height === 0) return true;
    const { view } = state;
    const drawn = picture.draw(view, themeOf(card.element), width, height, gestures.band, { newData, now });
    const { waits, scene } = picture.painted!;
    if (waits) redraw();
    // After all cards are drawn: writing text before drawing a canvas makes the browser lay out the page in between.
    queueMicrotask(() => read(scene));
    return drawn;
  };

  const resized = new ResizeObserver(() => {
    measure();
    redraw();
  });
  const card: Card = {
    element: layOut(run === undefined ? tag : `${tag}, ${run}`, figure, readout, live, press),
    draw: (newData = true) => draw(newData, false),
    readout: () => readoutOf(picture.painted?.scene.runs ?? [], maker.stepAxis.hover?.at, context),
    async toSvg() {
      const { SvgPainter } = await import('../cards/svg-painter.ts');
      draw(true, true);
      if (picture.painted === undefined) throw new Error(`${tag} has no size: it is not in the page`);
      const { scene } = picture.painted;
      const svg = new SvgPainter(scene.theme.font);
      svg.rectangle(0, 0, scene.width, scene.height, scene.theme.surface);
      picture.paintCopy(svg);
      return svg.finish(scene.width, scene.height, `Histograms of ${tag}`);
    },
    toRows: () => histogramRows(maker.make(state.view, themeOf(card.element), 1, 1, 1)),
    destroy() {
      stopState();
      stopPointer();
      resized.disconnect();
      maker.destroy();
      picture.destroy();
    },
  };
  resized.observe(figure);
  const stopState = state.listen(redraw);
  const stopPointer = listenToPointer(figure, gestures);
  return card;
}

/** Sets styles one by one: a strict content security policy forbids style attributes. */
function layOut(
  name: string,
  figure: HTMLElement,
  lines: readonly HTMLElement[],
  live: HTMLElement,
  keydown: (event: KeyboardEvent) => void,
): HTMLElement {
  const set = (of: HTMLElement, style: Partial<CSSStyleDeclaration>): void => void Object.assign(of.style, style);
  for (const canvas of figure.querySelectorAll('canvas')) {
    set(canvas, { position: 'absolute', inset: '0', width: '100%', height: '100%' });
  }
  set(figure, { position: 'relative', flex: '1 1 0', minHeight: '0', touchAction: 'pan-y', userSelect: 'none' });
  const readout = element('div', {}, ...lines);
  set(readout, {
    flex: 'none',
    height: '2.9em',
    fontSize: '11px',
    lineHeight: '1.45em',
    padding: '2px 12px 0 clamp(12px, 100% - 372px, 52px)',
  });
  set(readout, { fontVariantNumeric: 'tabular-nums' });
  for (const line of lines) set(line, { whiteSpace: 'nowrap', overflow: 'hidden', textOverflow: 'ellipsis' });
  set(live, { position: 'absolute', width: '1px', height: '1px', overflow: 'hidden', clipPath: 'inset(50%)' });
  const roles = {
    role: 'application',
    'aria-roledescription': 'histograms over steps',
    'aria-label': `Histograms of ${name}`,
  };
  const card = element('div', { tabindex: 0, ...roles, keydown }, figure, readout, live);
  set(card, { display: 'flex', flexDirection: 'column', width: '100%', height: '100%', minHeight: '0' });
  return card;
}

function readoutOf(runs: readonly RunHistograms[], place: number | undefined, { axes }: CardContext): Readout {
  const rows = runs.map((of) => {
    const { run, colour, series } = of;
    const column = recordAt(of, place);
    if (column === -1) return { run, colour, values: [] };
    const relative = axes.places.of(run, series, 'relative')[column];
    const { std, nan } = series.summary(column);
    return { run, colour, values: [series.quantile(column, 0.5), std, nan, series.firstStep(column), relative] };
  });
  const format = (value: number) => formatValue(value, 5);
  const columns = [
    { name: 'median', format },
    { name: 'std', format },
    { name: 'NaN', format: formatCount },
  ];
  return { columns: [...columns, ...RECORD_COLUMNS], rows };
}

/** The column at a place, or the last; -1 for places before the first or after the last column. */
function recordAt({ series, columnAt, placeOf, times }: RunHistograms, place: number | undefined): number {
  const last = series.length - 1;
  if (place === undefined || last === -1) return last;
  const end = times === undefined ? series.lastStep(last) : placeOf(last);
  return place < placeOf(0) || place > end ? -1 : columnAt(place);
}

type Row = (string | number)[];

/**
 * The histograms of a scene as a table for export, with a row for each bin of each drawn column. Values in no bin have
 * rows from `NaN` to `NaN`, from `Infinity` to `Infinity` and so on; values of unknown kind from `''` to `''`.
 */
function histogramRows(scene: Scene): Row[] {
  const rows: Row[] = [['run', 'step', 'left', 'right', 'count']];
  for (const of of scene.runs) for (const column of drawnColumns(of, scene)) addRows(of, column, rows);
  return rows;
}

function drawnColumns(of: RunHistograms, { view, steps, brush, runs }: Scene): number[] {
  if (view.histograms !== 'heat') return evenly(of, brush ?? steps, Math.ceil(60 / runs.length));
  const [first, end] = columnsWithin(of.columns, steps);
  return Array.from({ length: end - first }, (_, i) => first + i);
}

function addRows({ run, series, columns }: RunHistograms, column: number, rows: Row[]): void {
  const step =
    series.points(column) === 1 ? series.firstStep(column) : `${series.firstStep(column)}..${series.lastStep(column)}`;
  const { edges, counts } = columns.bins(column);
  const add = (left: string | number, right: string | number, count: number): void => {
    if (count > 0) rows.push([run, step, left, right, count]);
  };
  const { below, above, nan, negativeInfinity, positiveInfinity, unknown } = series.summary(column);
  add('-Infinity', edges[0]!, below);
  for (let bin = 0; bin < counts.length; bin++) rows.push([run, step, edges[bin]!, edges[bin + 1]!, counts[bin]!]);
  add(edges[counts.length]!, 'Infinity', above);
  add('-Infinity', '-Infinity', negativeInfinity);
  add('Infinity', 'Infinity', positiveInfinity);
  add('NaN', 'NaN', nan);
  add('', '', unknown);
}
