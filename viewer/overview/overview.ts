import { paintEmpty } from '../cards/axes.ts';
import type { Card, CardContext } from '../cards/card.ts';
import { clamp } from '../cards/geometry.ts';
import { sizedPainter } from '../cards/painter.ts';
import { CLICK } from '../cards/pointer.ts';
import { listenForDrawing, listenToSteps, stepAt, stepMarks } from '../cards/step-track.ts';
import { type Theme, themeOf } from '../cards/theme.ts';
import { element, say } from '../element.ts';
import type { Hover, Range } from '../state/view-state.ts';
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
import { allSteps, describeCell, matrixRows, statisticTable } from './matrix-rows.ts';
import { legend } from './matrix-scale.ts';

/** The place of a cell. */
export interface CellPlace {
  readonly tag: string;
  readonly run: string;
  readonly step: number;
}

export interface Overview extends Card {
  /** Explains the colours. */
  readonly legend: HTMLElement;
}

/**
 * Layers by steps: shows which layer goes wrong, and when. A card of all histograms that pass the filter.
 * @param choose is called with the cell whose card the user wants to see
 */
export function overview(context: CardContext, choose: (at: CellPlace) => void): Overview {
  const { store, state } = context;
  const rowsOf = matrixRows(store);
  const colours = legend();
  const cells = element('canvas');
  const axis = element('canvas');
  const marks = stepMarks();
  const selected = element('div', { class: 'row' });
  const readout = element('output', { class: 'readout', 'aria-live': 'polite' });
  let scene: MatrixScene | undefined;
  /** The scroll position, kept because reading it costs a layout. */
  let top = 0;
  let pressed = { x: 0, y: 0 };
  const pane = element(
    'div',
    {
      class: 'pane',
      tabindex: 0,
      role: 'application',
      'aria-label': 'Layers over steps. Arrows move from cell to cell, Enter goes to the card.',
      // Added before the keys of listenToSteps(), because Enter means something else here.
      keydown: press,
      pointerdown({ clientX: x, clientY: y }: PointerEvent) {
        pressed = { x, y };
      },
      click({ clientX, clientY }: MouseEvent) {
        // A drag brushes.
        if (Math.hypot(clientX - pressed.x, clientY - pressed.y) < CLICK) chooseHovered();
      },
    },
    cells,
    selected,
    marks.element,
  );
  /** Makes the scroll bar as long as all rows. */
  const spacer = element('div');
  const scroll = () => {
    top = scroller.scrollTop;
    context.requestDraw(card);
  };
  const scroller: HTMLElement = element('div', { class: 'scroller', scroll }, pane, spacer);

  const track = {
    steps: [0, 1] as Range,
    allSteps: [0, 1] as Range,
    left: 0,
    right: 1,
    at(x: number, y: number): Hover | undefined {
      if (scene === undefined || x < track.left - 4 || x > track.right + 4) return undefined;
      const row = scene.rows[firstRow() + Math.floor(y / scene.rowHeight)];
      if (row === undefined) return undefined;
      const step = stepAt(track, x);
      const column = row.series.columnAt(step);
      return { step: column === -1 ? step : row.series.firstStep(column), tag: row.tag, run: row.run };
    },
    neighbour(step: number, direction: 1 | -1): number {
      const series = (hovered() ?? scene?.rows[0])?.series;
      if (series === undefined || series.length === 0) return step;
      return series.firstStep(clamp(series.columnAt(step) + direction, 0, series.length - 1));
    },
  };

  const firstRow = () => (scene === undefined ? 0 : Math.floor(top / scene.rowHeight));
  const hovered = () => scene?.rows[hoveredIndex(state.view.hover)];

  function hoveredIndex(hover: Hover | undefined): number {
    if (hover?.tag === undefined) return -1;
    return scene?.rows.findIndex(({ tag, run }) => tag === hover.tag && run === (hover.run ?? run)) ?? -1;
  }

  function sceneNow(width: number, theme: Theme): MatrixScene {
    const rows = rowsOf(state.view, theme.dark);
    return matrixScene(rows, allSteps(rows, store.steps), width, state.view, theme);
  }

  function update(): void {
    const { view } = state;
    marks.update(view, track);
    const index = hoveredIndex(view.hover);
    selected.hidden = index < firstRow() || scene === undefined;
    if (scene === undefined) return;
    selected.style.transform = `translateY(${(index - firstRow()) * scene.rowHeight}px)`;
    selected.style.height = `${scene.rowHeight}px`;
    say(readout, describeCell(scene.rows[index], view));
  }

  function chooseHovered(): void {
    const { hover } = state.view;
    const row = hovered();
    if (row !== undefined && hover !== undefined) choose({ tag: row.tag, run: row.run, step: hover.step });
  }

  function press(event: KeyboardEvent): void {
    if (scene === undefined || scene.rows.length === 0) return;
    const { hover } = state.view;
    if (event.key === 'Enter' && hovered() !== undefined) {
      chooseHovered();
      event.preventDefault();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const index = hoveredIndex(hover) + (event.key === 'ArrowDown' ? 1 : -1);
      const { tag, run } = scene.rows[clamp(index, 0, scene.rows.length - 1)]!;
      state.change({ hover: { step: hover?.step ?? scene.steps[1], tag, run } });
      scrollTo(Math.max(0, index) * scene.rowHeight, scene.rowHeight);
      event.preventDefault();
    }
  }

  function scrollTo(y: number, rowHeight: number): void {
    const { clientHeight } = scroller;
    if (y < top) scroller.scrollTop = y;
    else if (y + rowHeight > top + clientHeight) scroller.scrollTop = y + rowHeight - clientHeight;
  }

  const card: Overview = {
    element: element('div', {}, scroller, axis, readout),
    legend: colours.element,
    draw() {
      const { view } = state;
      const theme = themeOf(card.element);
      const width = scroller.clientWidth;
      const next = sceneNow(width, theme);
      const { rows, rowHeight } = next;
      const total = rows.length * rowHeight;
      const height = Math.max(rowHeight, Math.min(total, MAX_HEIGHT));
      if (scene?.rows.length !== rows.length || scene.rowHeight !== rowHeight) {
        scroller.style.height = `${height}px`;
        spacer.style.height = `${total - height}px`;
      }
      // The browser scrolls back when the content becomes shorter.
      top = scroller.scrollTop;
      scene = next;
      ({ steps: track.steps, left: track.left, right: track.right } = scene);
      track.allSteps = allSteps(rows, store.steps);
      const scale = scaleOfAll(scene);
      const painter = sizedPainter(cells, width, height, theme.font);
      paintRows(painter, scene, scale, firstRow(), Math.ceil(height / rowHeight));
      if (rows.length === 0) paintEmpty(painter, { left: 0, top: 0, width, height }, 'no histograms', theme);
      paintStepAxis(sizedPainter(axis, width, AXIS_HEIGHT, theme.font), 0, scene);
      colours.draw(scale, view, theme);
      update();
      return true;
    },
    toSvg: () => matrixSvg(sceneNow(scroller.clientWidth, themeOf(card.element))),
    toRows: () => statisticTable(rowsOf(state.view, themeOf(card.element).dark), state.view.statistic, track.steps),
    destroy() {
      stopTrack();
      stopState();
    },
  };
  const stopTrack = listenToSteps(pane, state, track);
  const stopState = listenForDrawing(context, card, update);
  return card;
}
