import type { Range, View } from '../state/view-state.ts';
import { describeBin, describeColumn, nameOfColumn } from './bins.ts';
import type { Card, CardContext } from './card.ts';
import { CardGestures, type Shown } from './card-gestures.ts';
import { pressKey } from './card-keys.ts';
import { columnAfter } from './columns.ts';
import { evenly } from './curves.ts';
import type { Box } from './geometry.ts';
import { Overlay } from './overlay.ts';
import { PaintTurns } from './paint-turns.ts';
import { CanvasPainter, canvasPainter, type Painter, SvgPainter } from './painter.ts';
import { listenToPointer } from './pointer.ts';
import { Ridge } from './ridge.ts';
import { type Plot, pointedAt, type RunHistograms, type Scene, SceneMaker } from './scene.ts';
import { StepPlot } from './step-plot.ts';
import { themeOf } from './theme.ts';

/** What is in the page. */
interface Painted {
  /** What it depends on: size and colours, the data, what else there is in the view, and the view's steps. */
  readonly frame: string;
  readonly data: string;
  readonly key: string;
  readonly steps: View['steps'];
  readonly scene: Scene;
  readonly plot: Plot;
  /** What was painted last, where it was only moved since. */
  readonly exact: { readonly steps: Range; readonly content: HTMLCanvasElement } | undefined;
  /** Whether the view wants another picture, and this one waits for its turn. */
  waits: boolean;
  /** The last picture that was wanted: its key and its steps. */
  wanted: readonly [string, View['steps']];
}

/** All cards of the page take turns. */
const turns = new PaintTurns();

/** Which picture there is for each mode. */
const PLOTS = { heat: StepPlot, ridge: Ridge, overlay: Overlay } as const;

/**
 * The histograms of one tag: a heat map over steps, ridges, or outlines over each other, as the view says. Of one run, or
 * of all that are not hidden over each other.
 *
 * Two canvases lie on each other: the picture, painted where the data, the size or the zoom changed, and above it brush,
 * pointer and the histogram under it, so that these follow a hand at the rate of the screen whatever the picture costs.
 */
export class HistogramCard implements Card {
  readonly element: HTMLElement;
  readonly #context: CardContext;
  readonly #tag: string;
  readonly #figure: HTMLElement = document.createElement('div');
  readonly #picture: HTMLCanvasElement = document.createElement('canvas');
  readonly #above: HTMLCanvasElement = document.createElement('canvas');
  readonly #readout: readonly [HTMLElement, HTMLElement] = [
    document.createElement('div'),
    document.createElement('div'),
  ];
  readonly #live: HTMLElement = document.createElement('div');
  readonly #maker: SceneMaker;
  readonly #gestures: CardGestures;
  readonly #stop: readonly (() => void)[];
  #painted: Painted | undefined;
  /** Of the figure. Not asked for in each frame, since the browser would lay the page out to answer. */
  #width = 0;
  #height = 0;

  /** @param run the one run that is drawn; by default all that are not hidden */
  constructor(context: CardContext, tag: string, run?: string) {
    this.#context = context;
    this.#tag = tag;
    this.#maker = new SceneMaker(context.store, tag, run);
    this.element = this.#build(run === undefined ? tag : `${tag}, ${run}`);
    const redraw = (): void => context.requestDraw(this);
    this.#gestures = new CardGestures(this.#figure, context.state, tag, () => this.#shown(), redraw);
    const keys = (event: KeyboardEvent): void => this.#press(event);
    this.element.addEventListener('keydown', keys);
    const resized = new ResizeObserver(() => {
      this.#measure();
      redraw();
    });
    resized.observe(this.#figure);
    this.#stop = [
      context.state.listen(redraw),
      listenToPointer(this.#figure, this.#gestures),
      () => resized.disconnect(),
      () => this.#maker.destroy(),
      () => turns.forget(this),
      () => this.element.removeEventListener('keydown', keys),
    ];
  }

  /** Styles are set one by one, and not as an attribute, which a strict content security policy forbids. */
  #build(name: string): HTMLElement {
    const element = document.createElement('div');
    const set = (of: HTMLElement, style: Partial<CSSStyleDeclaration>): void => void Object.assign(of.style, style);
    element.tabIndex = 0;
    element.setAttribute('role', 'application');
    element.setAttribute('aria-roledescription', 'histograms over steps');
    element.setAttribute('aria-label', `Histograms of ${name}`);
    set(element, { display: 'flex', flexDirection: 'column', width: '100%', height: '100%', minHeight: '0' });
    set(this.#figure, {
      position: 'relative',
      flex: '1 1 0',
      minHeight: '0',
      touchAction: 'pan-y',
      userSelect: 'none',
    });
    for (const canvas of [this.#picture, this.#above]) {
      canvas.setAttribute('aria-hidden', 'true');
      set(canvas, { position: 'absolute', inset: '0', width: '100%', height: '100%' });
    }
    this.#figure.append(this.#picture, this.#above);
    const readout = document.createElement('div');
    set(readout, { flex: 'none', height: '2.9em', fontSize: '11px', lineHeight: '1.45em', padding: '2px 12px 0 52px' });
    set(readout, { fontVariantNumeric: 'tabular-nums' });
    for (const line of this.#readout) {
      set(line, { whiteSpace: 'nowrap', overflow: 'hidden', textOverflow: 'ellipsis' });
    }
    readout.append(...this.#readout);
    this.#live.setAttribute('aria-live', 'polite');
    set(this.#live, { position: 'absolute', width: '1px', height: '1px', overflow: 'hidden', clipPath: 'inset(50%)' });
    element.append(this.#figure, readout, this.#live);
    return element;
  }

  /** What is in the page, and what it will be in the next frame: several wheel events come in one. */
  #shown(): Shown | undefined {
    if (this.#painted === undefined) return undefined;
    const { plot, scene } = this.#painted;
    const { view } = this.#context.state;
    const allSteps = this.#maker.allSteps(scene.runs);
    return { plot, steps: view.steps ?? allSteps, allSteps, axis: this.#maker.axis(view, scene.theme) };
  }

  #press(event: KeyboardEvent): void {
    if (this.#painted === undefined) return;
    const { used, say } = pressKey(event, this.#context.state, this.#tag, this.#painted.scene.runs, this.#gestures);
    if (!used) return;
    event.preventDefault();
    event.stopPropagation();
    if (say !== undefined) this.#live.textContent = say;
  }

  #measure(): void {
    this.#width = this.#figure.clientWidth;
    this.#height = this.#figure.clientHeight;
  }

  draw(data = true): boolean {
    return this.#draw({ data, now: false });
  }

  /**
   * `data`: as of {@link draw}. `now`: whether the picture must be as the view says, and may not wait for its turn.
   * @returns as {@link draw}
   */
  #draw({ data: newData, now }: { data: boolean; now: boolean }): boolean {
    if (!(this.#width > 0 && this.#height > 0)) this.#measure();
    const [width, height] = [this.#width, this.#height];
    // Once it has a size, it asks for itself.
    if (width === 0 || height === 0) return true;
    const { view } = this.#context.state;
    const theme = themeOf(this.element);
    const ratio = globalThis.devicePixelRatio || 1;
    const frame = JSON.stringify([width, height, ratio, theme, view.histograms, view.valueAxis]);
    const data = this.#maker.dataKey(view);
    const key = this.#maker.viewKey(view);
    const old = this.#painted;
    const isSameView = old?.frame === frame && old.key === key && old.steps === view.steps && !old.waits;
    if (!isSameView || (newData && old.data !== data)) {
      // New data alone have been waited for; what a hand moves takes turns.
      if (old === undefined || old.frame !== frame || now || isSameView || this.#isTurn(old, key, view)) {
        this.#paint({ frame, data, key }, () => this.#maker.make(view, theme, width, height, ratio));
      } else {
        this.#move(old, view);
        this.#context.requestDraw(this);
      }
    }
    const { plot, scene } = this.#painted!;
    const above = this.#canvasPainter(this.#above, scene);
    plot.paintOver(above, view);
    const { band } = this.#gestures;
    if (band !== undefined) above.rectangle(band.left, band.top, band.width, band.height, theme.accent, 0.2);
    // After all cards are drawn: text that is written before a canvas is, makes the browser lay the page out for it.
    queueMicrotask(() => this.#read(scene, view));
    // One that waits for its turn will show them.
    return this.#painted!.waits || this.#painted!.data === data;
  }

  #canvasPainter(canvas: HTMLCanvasElement, { width, height, ratio, theme }: Scene): Painter {
    return canvasPainter(canvas, width, height, theme.font, ratio);
  }

  #isTurn(old: Painted, key: string, { steps }: View): boolean {
    const moved = old.wanted[0] !== key || old.wanted[1] !== steps;
    old.wanted = [key, steps];
    return turns.ask(this, Number(document.timeline.currentTime), moved);
  }

  #paint(keys: Pick<Painted, 'frame' | 'data' | 'key'>, make: () => Scene): void {
    const start = performance.now();
    const scene = make();
    const plot = new PLOTS[scene.view.histograms](scene);
    plot.paint(this.#canvasPainter(this.#picture, scene));
    const { steps } = scene.view;
    this.#painted = { ...keys, steps, scene, plot, exact: undefined, waits: false, wanted: [keys.key, steps] };
    turns.took(this, performance.now() - start);
  }

  /** Shows the picture that there is, with the steps that are wanted now, until it is this card's turn to paint. */
  #move(old: Painted, view: View): void {
    old.waits = true;
    if (!(old.plot instanceof StepPlot) || old.steps === view.steps) return;
    const exact = old.exact ?? { steps: old.scene.steps, content: copyOf(this.#picture, old.plot.content, old.scene) };
    const steps = view.steps ?? this.#maker.allSteps(old.scene.runs);
    const scene = { ...old.scene, view, steps };
    const plot = new StepPlot(scene);
    plot.paintMoved(new CanvasPainter(this.#picture.getContext('2d')!, scene.theme.font), exact.content, exact.steps);
    this.#painted = { ...old, steps: view.steps, scene, plot, exact };
  }

  /** What is under the pointer, in words. */
  #read({ runs, theme }: Scene, { hover }: View): void {
    const pointed = pointedAt(runs, hover);
    const lines = ['', ''];
    if (pointed !== undefined && pointed.column !== -1) {
      const { of, column } = pointed;
      const name = `${runs.length > 1 ? `${of.run} \u00b7 ` : ''}${nameOfColumn(of.series, column)}`;
      const value = hover?.tag === this.#tag ? hover.value : undefined;
      lines[0] = value === undefined ? name : `${name} \u00b7 ${describeBin(of.series, column, value)}`;
      lines[1] = describeColumn(of.series, column, !this.#painted!.plot.countsLanes);
    }
    for (const [i, line] of this.#readout.entries()) {
      if (line.textContent !== lines[i]) line.textContent = lines[i]!;
      line.style.color = i === 0 ? theme.ink : theme.ink2;
    }
  }

  toSvg(): string {
    this.#draw({ data: true, now: true });
    if (this.#painted === undefined) throw new Error(`${this.#tag} has no size: it is not in the page`);
    const { scene } = this.#painted;
    const painter = new SvgPainter(scene.theme.font);
    painter.rectangle(0, 0, scene.width, scene.height, scene.theme.surface);
    const plot = new PLOTS[scene.view.histograms](scene);
    plot.paint(painter);
    plot.paintOver(painter, this.#context.state.view);
    return painter.finish(scene.width, scene.height, `Histograms of ${this.#tag}`);
  }

  /** A row for each bin of each column that is drawn, and for what is in no bin, as `NaN` to `NaN` and so on. */
  toRows(): readonly (readonly (string | number)[])[] {
    const { view } = this.#context.state;
    const scene = this.#maker.make(view, themeOf(this.element), 1, 1, 1);
    const rows: (string | number)[][] = [['run', 'step', 'left', 'right', 'count']];
    for (const of of scene.runs) for (const column of drawnColumns(of, scene)) addRows(of, column, rows);
    return rows;
  }

  destroy(): void {
    for (const stop of this.#stop) stop();
  }
}

/** A part of a picture, as a picture of its own. */
function copyOf(picture: HTMLCanvasElement, { left, top, width, height }: Box, { ratio }: Scene): HTMLCanvasElement {
  const copy = document.createElement('canvas');
  copy.width = Math.max(1, Math.round(width * ratio));
  copy.height = Math.max(1, Math.round(height * ratio));
  copy.getContext('2d')!.drawImage(picture, Math.round(-left * ratio), Math.round(-top * ratio));
  return copy;
}

function drawnColumns(of: RunHistograms, { view, steps, runs }: Scene): number[] {
  if (view.histograms !== 'heat') return evenly(of, view.brush ?? steps, Math.ceil(60 / runs.length));
  const first = columnAfter(of.columns, steps[0]);
  let end = first;
  while (end < of.columns.length && of.columns.left[end]! < steps[1]) end++;
  return Array.from({ length: end - first }, (_, i) => first + i);
}

function addRows({ run, series, columns }: RunHistograms, column: number, rows: (string | number)[][]): void {
  const step =
    series.records(column) === 1 ? series.firstStep(column) : `${series.firstStep(column)}..${series.lastStep(column)}`;
  const { edges, counts } = columns.bins(column);
  const add = (left: string | number, right: string | number, count: number): void => {
    rows.push([run, step, left, right, count]);
  };
  const { below, above, nan, negativeInfinity, positiveInfinity, unknown } = series.summary(column);
  if (below > 0) add('-Infinity', edges[0]!, below);
  for (let bin = 0; bin < counts.length; bin++) add(edges[bin]!, edges[bin + 1]!, counts[bin]!);
  if (above > 0) add(edges[counts.length]!, 'Infinity', above);
  if (negativeInfinity > 0) add('-Infinity', '-Infinity', negativeInfinity);
  if (positiveInfinity > 0) add('Infinity', 'Infinity', positiveInfinity);
  if (nan > 0) add('NaN', 'NaN', nan);
  if (unknown > 0) add('', '', unknown);
}
