import { paintEmpty } from '../cards/axes.ts';
import type { Card, CardContext } from '../cards/card.ts';
import { clamp } from '../cards/geometry.ts';
import { sizedPainter } from '../cards/painter.ts';
import { CLICK } from '../cards/pointer.ts';
import { listenToSteps, StepMarks, type StepTrack, stepAt } from '../cards/step-track.ts';
import { type Theme, themeOf } from '../cards/theme.ts';
import { type Choice, choice } from '../choice.ts';
import { oncePerFrame } from '../clock.ts';
import { element, say } from '../element.ts';
import { type Hover, onlyMarksMoved, type Range } from '../state/view-state.ts';
import { type Legend, legend } from './legend.ts';
import {
  AXIS_HEIGHT,
  MAX_HEIGHT,
  type MatrixScene,
  matrixScene,
  matrixSvg,
  paintRows,
  paintStepAxis,
  scaleOfAll,
} from './matrix.ts';
import { allSteps, describeCell, type MatrixRow, matrixRows, STATISTIC_NAMES, statisticTable } from './rows.ts';

/** Layers by steps: shows which layer goes wrong, and when. A card of all histograms that pass the filter. */
export class Overview implements Card, StepTrack {
  readonly element: HTMLElement;
  steps: Range = [0, 1];
  allSteps: Range = [0, 1];
  left = 0;
  right = 1;
  readonly #context: CardContext;
  readonly #choose: (at: { tag: string; run: string; step: number }) => void;
  readonly #choices: readonly Choice[];
  readonly #legend: Legend = legend();
  readonly #cells: HTMLCanvasElement = element('canvas');
  readonly #axis: HTMLCanvasElement = element('canvas');
  readonly #marks: StepMarks = new StepMarks();
  readonly #scroller: HTMLElement;
  readonly #pane: HTMLElement;
  /** Makes the scroll bar as long as all rows. */
  readonly #spacer: HTMLElement = element('div');
  readonly #selected: HTMLElement = element('div', { class: 'row' });
  readonly #readout: HTMLElement = element('output', { class: 'readout', 'aria-live': 'polite' });
  readonly #stop: (() => void)[];
  readonly #rows: ReturnType<typeof matrixRows>;
  /** The scroll position, kept because reading it costs a layout. */
  #top = 0;
  #scene: MatrixScene | undefined;

  /** @param choose is called with the cell whose card the user wants to see */
  constructor(context: CardContext, choose: (at: { tag: string; run: string; step: number }) => void) {
    this.#context = context;
    this.#choose = choose;
    this.#rows = matrixRows(context.store);
    const { state } = context;
    this.#choices = [
      choice(state, 'statistic', 'Statistic', STATISTIC_NAMES),
      choice(state, 'overviewScale', 'Colours of', { 'all rows': 'All rows', 'each row': 'Each row' }),
    ];
    let pressed = { x: 0, y: 0 };
    this.#pane = element(
      'div',
      {
        class: 'pane',
        tabindex: 0,
        role: 'application',
        'aria-label': 'Layers over steps. Arrows move from cell to cell, Enter goes to the card.',
        // Added before the keys of listenToSteps(), because Enter means something else here.
        keydown: (event: KeyboardEvent) => this.#key(event),
        pointerdown({ clientX: x, clientY: y }: PointerEvent) {
          pressed = { x, y };
        },
        click: ({ clientX, clientY }: MouseEvent) => {
          // A drag brushes.
          if (Math.hypot(clientX - pressed.x, clientY - pressed.y) < CLICK) this.#chooseHovered();
        },
      },
      this.#cells,
      this.#selected,
      this.#marks.element,
    );
    const scroll = () => {
      this.#top = this.#scroller.scrollTop;
      context.requestDraw(this);
    };
    this.#scroller = element('div', { class: 'scroller', scroll }, this.#pane, this.#spacer);
    this.element = element(
      'div',
      {},
      element('div', { class: 'bar' }, ...this.#choices.map((one) => one.element), this.#legend.element),
      this.#scroller,
      this.#axis,
      this.#readout,
    );
    const follow = oncePerFrame(() => this.#update());
    this.#stop = [
      listenToSteps(this.#pane, state, this),
      state.listen((view, before) => {
        if (onlyMarksMoved(view, before)) follow();
        else context.requestDraw(this);
      }),
    ];
  }

  draw(): boolean {
    const { view } = this.#context.state;
    const theme = themeOf(this.element);
    const width = this.#scroller.clientWidth;
    const scene = this.#sceneNow(width, theme);
    const { rows, rowHeight } = scene;
    const total = rows.length * rowHeight;
    const height = Math.max(rowHeight, Math.min(total, MAX_HEIGHT));
    if (this.#scene?.rows.length !== rows.length || this.#scene.rowHeight !== rowHeight) {
      this.#scroller.style.height = `${height}px`;
      this.#spacer.style.height = `${total - height}px`;
    }
    for (const one of this.#choices) one.update();
    // The browser scrolls back when the content becomes shorter.
    this.#top = this.#scroller.scrollTop;
    this.#scene = scene;
    ({ steps: this.steps, left: this.left, right: this.right } = scene);
    this.allSteps = allSteps(rows, this.#context.store.steps);
    const scale = scaleOfAll(scene);
    const painter = sizedPainter(this.#cells, width, height, theme.font);
    paintRows(painter, scene, scale, this.#first, Math.ceil(height / rowHeight));
    if (rows.length === 0) paintEmpty(painter, { left: 0, top: 0, width, height }, 'no histograms', theme);
    paintStepAxis(sizedPainter(this.#axis, width, AXIS_HEIGHT, theme.font), 0, scene);
    this.#legend.draw(scale, view, theme);
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
    const column = clamp(series.columnAt(step) + direction, 0, series.length - 1);
    return series.firstStep(column);
  }

  toSvg(): string {
    return matrixSvg(this.#sceneNow(this.#scroller.clientWidth, themeOf(this.element)));
  }

  toRows(): (string | number)[][] {
    const { view } = this.#context.state;
    return statisticTable(this.#rows(view, themeOf(this.element).dark), view.statistic, this.steps);
  }

  destroy(): void {
    for (const stop of this.#stop) stop();
  }

  #sceneNow(width: number, theme: Theme): MatrixScene {
    const { store, state } = this.#context;
    const rows = this.#rows(state.view, theme.dark);
    return matrixScene(rows, allSteps(rows, store.steps), width, state.view, theme);
  }

  get #first(): number {
    return this.#scene === undefined ? 0 : Math.floor(this.#top / this.#scene.rowHeight);
  }

  get #hovered(): MatrixRow | undefined {
    return this.#scene?.rows[this.#hoveredIndex(this.#context.state.view.hover)];
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
      const { tag, run } = scene.rows[clamp(index, 0, scene.rows.length - 1)]!;
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
