import { paintEmpty, paintSteps } from '../cards/axes.ts';
import type { Card, CardContext } from '../cards/card.ts';
import { INSET } from '../cards/geometry.ts';
import { type Painter, SvgPainter, sizedPainter } from '../cards/painter.ts';
import { CLICK } from '../cards/pointer.ts';
import { runColour } from '../cards/run-colours.ts';
import { listenToSteps, StepMarks, type StepTrack, stepAt } from '../cards/step-track.ts';
import { type Theme, themeOf } from '../cards/theme.ts';
import { Choice } from '../choice.ts';
import { oncePerFrame } from '../clock.ts';
import { element, say } from '../element.ts';
import { type Hover, onlyMarksMoved, type Range, type Statistic } from '../state/view-state.ts';
import { tagFilter } from '../tag-filter.ts';
import { allSteps } from './all-steps.ts';
import { describeCell } from './describe-cell.ts';
import { Legend } from './legend.ts';
import { type MatrixRow, type MatrixScene, namesWidth, paintRows, scaleOfAll } from './matrix.ts';
import type { MatrixScale } from './matrix-scale.ts';
import { STATISTIC_NAMES } from './statistic-names.ts';

/** Pixels: rows are as high as they can be until there are too many for the room, and then scroll. */
const ROW: Range = [13, 20];
const MOST_HIGH = 336;
const AXIS = 22;
/** The names of the rows take this part of the width at most. */
const NAMES = 0.25;

/** Layer by step: which layer goes wrong, and when. A card of its own, of all histograms that the filter lets through. */
export class Overview implements Card, StepTrack {
  readonly element: HTMLElement;
  readonly #context: CardContext;
  readonly #choose: (at: { tag: string; run: string; step: number }) => void;
  readonly #statistic: Choice<Statistic>;
  readonly #scaleOf: Choice<'all rows' | 'each row'>;
  readonly #legend: Legend = new Legend();
  readonly #cells: HTMLCanvasElement = element('canvas');
  readonly #axis: HTMLCanvasElement = element('canvas');
  readonly #marks: StepMarks = new StepMarks();
  readonly #scroller: HTMLElement;
  readonly #pane: HTMLElement;
  readonly #room: HTMLElement = element('div');
  readonly #selected: HTMLElement = element('div', { class: 'row' });
  readonly #readout: HTMLElement = element('output', { class: 'readout', 'aria-live': 'polite' });
  readonly #stop: (() => void)[];
  /** How far it is scrolled, in pixels: to ask for it costs a layout. */
  #top = 0;
  #scene: MatrixScene | undefined;
  #scale: MatrixScale | undefined;
  #made: { key: string; rows: readonly MatrixRow[] } = { key: '', rows: [] };

  /** @param choose is called where somebody wants to see the card of a row */
  constructor(context: CardContext, choose: (at: { tag: string; run: string; step: number }) => void) {
    this.#context = context;
    this.#choose = choose;
    const { state } = context;
    this.#statistic = new Choice('Statistic', STATISTIC_NAMES, (statistic) => state.change({ statistic }));
    this.#scaleOf = new Choice('Colours of', { 'all rows': 'All rows', 'each row': 'Each row' }, (overviewScale) =>
      state.change({ overviewScale }),
    );
    this.#pane = element(
      'div',
      {
        class: 'pane',
        tabindex: 0,
        role: 'application',
        'aria-label': 'Layers over steps. Arrows move from cell to cell, Enter goes to the card.',
      },
      this.#cells,
      this.#selected,
      this.#marks.element,
    );
    this.#scroller = element('div', { class: 'scroller' }, this.#pane, this.#room);
    this.element = element(
      'div',
      {},
      element('div', { class: 'bar' }, this.#statistic.element, this.#scaleOf.element, this.#legend.element),
      this.#scroller,
      this.#axis,
      this.#readout,
    );
    this.#scroller.addEventListener(
      'scroll',
      () => {
        this.#top = this.#scroller.scrollTop;
        context.requestDraw(this);
      },
      { passive: true },
    );
    // Before the keys along the steps: Enter means another thing here.
    this.#pane.addEventListener('keydown', (event) => this.#key(event));
    let pressed = { x: 0, y: 0 };
    this.#pane.addEventListener('pointerdown', ({ clientX, clientY }) => {
      pressed = { x: clientX, y: clientY };
    });
    this.#pane.addEventListener('click', ({ clientX, clientY }) => {
      // Whoever dragged wanted a brush.
      if (Math.hypot(clientX - pressed.x, clientY - pressed.y) < CLICK) this.#chooseHovered();
    });
    const follow = oncePerFrame(() => this.#update());
    this.#stop = [
      listenToSteps(this.#pane, state, this),
      state.listen((view, before) => {
        if (onlyMarksMoved(view, before)) follow();
        else context.requestDraw(this);
      }),
    ];
  }

  get steps(): Range {
    return this.#scene?.steps ?? [0, 1];
  }

  get allSteps(): Range {
    return allSteps(this.#scene?.rows ?? [], this.#context.store.steps);
  }

  get left(): number {
    return this.#scene?.left ?? 0;
  }

  get right(): number {
    return this.#scene?.right ?? 1;
  }

  draw(): boolean {
    const { view } = this.#context.state;
    const theme = themeOf(this.element);
    const width = this.#scroller.clientWidth;
    const scene = this.#sceneNow(width, theme);
    const { rows, rowHeight } = scene;
    const total = rows.length * rowHeight;
    const height = Math.max(rowHeight, Math.min(total, MOST_HIGH));
    if (this.#scene?.rows.length !== rows.length || this.#scene.rowHeight !== rowHeight) {
      this.#scroller.style.height = `${height}px`;
      this.#room.style.height = `${total - height}px`;
    }
    this.#statistic.value = view.statistic;
    this.#scaleOf.value = view.overviewScale;
    // It may have become shorter.
    this.#top = this.#scroller.scrollTop;
    this.#scene = scene;
    this.#scale = scaleOfAll(scene);
    const painter = sizedPainter(this.#cells, width, height, theme.font);
    paintRows(painter, scene, this.#scale, this.#first, Math.ceil(height / rowHeight));
    if (rows.length === 0) {
      paintEmpty(painter, { left: 0, top: 0, width, height }, 'no histograms', theme);
    }
    this.#paintAxis(sizedPainter(this.#axis, width, AXIS, theme.font), 0, scene);
    this.#legend.draw(this.#scale, view, theme);
    this.#update();
    return true;
  }

  at(x: number, y: number): Hover | undefined {
    if (this.#scene === undefined || x < this.left - 4 || x > this.right + 4) return undefined;
    const row = this.#scene.rows[this.#first + Math.floor(y / this.#scene.rowHeight)];
    if (row === undefined) return undefined;
    const step = stepAt(this, x);
    const column = row.series.columnAt(step);
    return { step: column === -1 ? step : row.series.firstStep(column), tag: row.tag, run: row.run };
  }

  neighbour(step: number, direction: 1 | -1): number {
    const series = (this.#hovered ?? this.#scene?.rows[0])?.series;
    if (series === undefined || series.length === 0) return step;
    const column = Math.min(series.length - 1, Math.max(0, series.columnAt(step) + direction));
    return series.firstStep(column);
  }

  toSvg(): string {
    const theme = themeOf(this.element);
    const scene = this.#sceneNow(this.#scroller.clientWidth, theme);
    const { rows, rowHeight, right } = scene;
    const svg = new SvgPainter(theme.font);
    const height = rows.length * rowHeight;
    const width = right + INSET.right;
    svg.rectangle(0, 0, width, height + AXIS, theme.surface);
    paintRows(svg, scene, scaleOfAll(scene), 0, rows.length);
    this.#paintAxis(svg, height, scene);
    return svg.finish(width, height + AXIS, `Overview: ${STATISTIC_NAMES[this.#context.state.view.statistic]}`);
  }

  toRows(): (string | number)[][] {
    const { statistic } = this.#context.state.view;
    const [from, to] = this.steps;
    const rows: (string | number)[][] = [['run', 'tag', 'step', statistic, 'non_finite_share']];
    for (const { run, tag, series } of this.#rows(themeOf(this.element))) {
      for (let column = 0; column < series.length; column++) {
        const step = series.firstStep(column);
        if (step < from || step > to) continue;
        rows.push([run, tag, step, series.statistic(statistic, column), series.statistic('nonFinite', column)]);
      }
    }
    return rows;
  }

  destroy(): void {
    for (const stop of this.#stop) stop();
  }

  #rows({ dark }: Theme): readonly MatrixRow[] {
    const { store, state } = this.#context;
    const { filter, hiddenRuns } = state.view;
    const key = [store.version, filter, dark, ...hiddenRuns].join('\n');
    if (this.#made.key !== key) this.#made = { key, rows: this.#rowsNow(dark) };
    return this.#made.rows;
  }

  #rowsNow(dark: boolean): MatrixRow[] {
    const { store, state } = this.#context;
    const { matches } = tagFilter(state.view.filter);
    const tags = store.tags('histogram').filter(matches);
    const alone = store.runs.length === 1;
    return store.runs.flatMap((run, index) => {
      if (state.view.hiddenRuns.has(run)) return [];
      const colour = alone ? undefined : runColour(index, dark);
      return tags.flatMap((tag) => {
        const series = store.histograms(run, tag);
        return series === undefined || series.length === 0 ? [] : [{ tag, run, colour, series }];
      });
    });
  }

  #sceneNow(width: number, theme: Theme): MatrixScene {
    const { store, state } = this.#context;
    const rows = this.#rows(theme);
    const left = Math.round(Math.min(width * NAMES, Math.max(INSET.left, namesWidth(rows))));
    const fitting = Math.floor(MOST_HIGH / Math.max(1, rows.length));
    return {
      rows,
      rowHeight: Math.min(ROW[1], Math.max(ROW[0], fitting)),
      left,
      right: Math.max(left + 1, width - INSET.right),
      steps: state.view.steps ?? allSteps(rows, store.steps),
      view: state.view,
      theme,
    };
  }

  #paintAxis(painter: Painter, y: number, { left, right, steps, theme }: MatrixScene): void {
    paintSteps(painter, { left, top: y, width: right - left, height: 0 }, y, steps, theme);
  }

  /** The first row that is to be seen. */
  get #first(): number {
    return this.#scene === undefined ? 0 : Math.floor(this.#top / this.#scene.rowHeight);
  }

  get #hovered(): MatrixRow | undefined {
    const { hover } = this.#context.state.view;
    return this.#scene?.rows[this.#hoveredIndex(hover)];
  }

  #hoveredIndex(hover: Hover | undefined): number {
    if (hover?.tag === undefined) return -1;
    return this.#scene?.rows.findIndex(({ tag, run }) => tag === hover.tag && run === (hover.run ?? run)) ?? -1;
  }

  #update(): void {
    const { view } = this.#context.state;
    this.#marks.update(view, this);
    const index = this.#hoveredIndex(view.hover);
    const scene = this.#scene;
    this.#selected.hidden = index < this.#first || scene === undefined;
    if (scene === undefined) return;
    this.#selected.style.transform = `translateY(${(index - this.#first) * scene.rowHeight}px)`;
    this.#selected.style.height = `${scene.rowHeight}px`;
    say(this.#readout, describeCell(scene.rows[index], view));
  }

  #chooseHovered(): void {
    const { hover } = this.#context.state.view;
    const row = this.#hovered;
    if (row !== undefined && hover !== undefined) this.#choose({ tag: row.tag, run: row.run, step: hover.step });
  }

  #key(event: KeyboardEvent): void {
    const scene = this.#scene;
    if (scene === undefined || scene.rows.length === 0) return;
    const { hover } = this.#context.state.view;
    if (event.key === 'Enter' && this.#hovered !== undefined) {
      this.#chooseHovered();
      event.preventDefault();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const index = this.#hoveredIndex(hover) + (event.key === 'ArrowDown' ? 1 : -1);
      const { tag, run } = scene.rows[Math.min(scene.rows.length - 1, Math.max(0, index))]!;
      this.#context.state.change({ hover: { step: hover?.step ?? scene.steps[1], tag, run } });
      this.#scrollTo(Math.max(0, index));
      event.preventDefault();
    }
  }

  #scrollTo(index: number): void {
    const { rowHeight } = this.#scene!;
    const top = index * rowHeight;
    const { clientHeight } = this.#scroller;
    if (top < this.#top) this.#scroller.scrollTop = top;
    else if (top + rowHeight > this.#top + clientHeight) this.#scroller.scrollTop = top + rowHeight - clientHeight;
  }
}
