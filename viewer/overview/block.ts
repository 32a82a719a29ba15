import { type Pointed, TagAxis } from '../axes/tag-axis.ts';
import { paintEmpty } from '../cards/axes.ts';
import type { CardContext } from '../cards/card.ts';
import { clamp } from '../cards/geometry.ts';
import { sizedPainter } from '../cards/painter.ts';
import { CLICK } from '../cards/pointer.ts';
import { listenToSteps, stepAt, stepMarks } from '../cards/step-track.ts';
import type { Theme } from '../cards/theme.ts';
import { element } from '../element.ts';
import type { Range } from '../state/view-state.ts';
import { AXIS_HEIGHT, MAX_HEIGHT, type MatrixScene, matrixScene, paintRows, paintStepAxis } from './matrix.ts';
import { allSteps, describeCell, type MatrixRow } from './matrix-rows.ts';
import type { MatrixScale } from './matrix-scale.ts';

/** The place of a cell. */
export interface CellPlace {
  readonly tag: string;
  readonly run: string;
  readonly step: number;
}

/** The rows of one axis, with their scroll bar, pointer and keys. */
export interface Block {
  readonly element: HTMLElement;
  /** Lays out rows at the present width, before {@link draw}. */
  scene(rows: readonly MatrixRow[], theme: Theme): MatrixScene;
  draw(scale: MatrixScale): void;
  /** Moves brush and pointer. */
  update(): void;
  /** The cell under the pointer; undefined if it is elsewhere. */
  describe(): string | undefined;
  destroy(): void;
}

/**
 * @param tag any tag of the axis
 * @param choose is called with the cell whose card the user wants to see
 * @param scrolled is called when other rows are to be drawn
 */
export function matrixBlock(
  { state, axes }: CardContext,
  tag: string,
  choose: (at: CellPlace) => void,
  scrolled: () => void,
): Block {
  const axis = new TagAxis(axes, state, tag);
  const cells = element('canvas');
  const stepsBelow = element('canvas');
  const marks = stepMarks();
  const selected = element('div', { class: 'row' });
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
    scrolled();
  };
  const scroller: HTMLElement = element('div', { class: 'scroller', scroll }, pane, spacer);

  const track = {
    steps: [0, 1] as Range,
    allSteps: [0, 1] as Range,
    left: 0,
    right: 1,
    at(x: number, y: number): Pointed | undefined {
      if (scene === undefined || x < track.left - 4 || x > track.right + 4) return undefined;
      const row = scene.rows[firstRow() + Math.floor(y / scene.rowHeight)];
      return row === undefined ? undefined : pointAt(row, stepAt(track, x));
    },
    neighbour(place: number, direction: 1 | -1): Pointed | undefined {
      const row = hovered() ?? scene?.rows[0];
      if (row === undefined) return undefined;
      const last = row.on.columnAt(Number.POSITIVE_INFINITY);
      return pointAt(row, row.on.placeOf(clamp(row.on.columnAt(place) + direction, 0, last)));
    },
  };

  function pointAt({ tag, run, series, on }: MatrixRow, place: number): Pointed | undefined {
    const column = on.columnAt(place);
    return column === -1 ? undefined : { at: on.placeOf(column), step: series.firstStep(column), tag, run };
  }

  const firstRow = () => (scene === undefined ? 0 : Math.floor(top / scene.rowHeight));
  const hovered = () => scene?.rows[hoveredIndex()];

  function hoveredIndex(): number {
    const { hover } = axis;
    if (hover?.tag === undefined) return -1;
    return scene?.rows.findIndex(({ tag, run }) => tag === hover.tag && run === (hover.run ?? run)) ?? -1;
  }

  function chooseHovered(): void {
    const row = hovered();
    const at = row === undefined ? undefined : pointAt(row, axis.hover!.at);
    if (row !== undefined && at !== undefined) choose({ tag: row.tag, run: row.run, step: at.step });
  }

  function press(event: KeyboardEvent): void {
    if (scene === undefined || scene.rows.length === 0) return;
    if (event.key === 'Enter' && hovered() !== undefined) {
      chooseHovered();
      event.preventDefault();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const index = clamp(hoveredIndex() + (event.key === 'ArrowDown' ? 1 : -1), 0, scene.rows.length - 1);
      axis.change({ hover: pointAt(scene.rows[index]!, axis.hover?.at ?? scene.steps[1]) });
      scrollTo(index * scene.rowHeight, scene.rowHeight);
      event.preventDefault();
    }
  }

  function scrollTo(y: number, rowHeight: number): void {
    const { clientHeight } = scroller;
    if (y < top) scroller.scrollTop = y;
    else if (y + rowHeight > top + clientHeight) scroller.scrollTop = y + rowHeight - clientHeight;
  }

  const stop = listenToSteps(pane, axis, track);
  const block: Block = {
    element: element('div', { class: 'block' }, scroller, stepsBelow),
    scene(rows, theme) {
      track.allSteps = allSteps(rows, axis.extent);
      const next = matrixScene(rows, axis.steps ?? track.allSteps, scroller.clientWidth, state.view, theme);
      const total = rows.length * next.rowHeight;
      const height = Math.max(next.rowHeight, Math.min(total, MAX_HEIGHT));
      if (scene?.rows.length !== rows.length || scene.rowHeight !== next.rowHeight) {
        scroller.style.height = `${height}px`;
        spacer.style.height = `${total - height}px`;
      }
      scene = next;
      ({ steps: track.steps, left: track.left, right: track.right } = scene);
      return scene;
    },
    draw(scale) {
      if (scene === undefined) return;
      const { rows, rowHeight, theme } = scene;
      // The browser scrolls back when the content becomes shorter.
      top = scroller.scrollTop;
      const width = scroller.clientWidth;
      const height = Math.max(rowHeight, Math.min(rows.length * rowHeight, MAX_HEIGHT));
      const painter = sizedPainter(cells, width, height, theme.font);
      paintRows(painter, scene, scale, firstRow(), Math.ceil(height / rowHeight));
      const box = { left: 0, top: 0, width, height };
      if (rows.every(({ on }) => on.times?.length === 0)) paintEmpty(painter, box, 'no wall times', theme);
      paintStepAxis(sizedPainter(stepsBelow, width, AXIS_HEIGHT, theme.font), 0, scene);
      block.update();
    },
    update() {
      marks.update(axis, track);
      const index = hoveredIndex();
      selected.hidden = index < firstRow() || scene === undefined;
      if (scene === undefined) return;
      selected.style.transform = `translateY(${(index - firstRow()) * scene.rowHeight}px)`;
      selected.style.height = `${scene.rowHeight}px`;
    },
    describe: () => {
      const row = hovered();
      return row === undefined ? undefined : describeCell(row, axis, state.view.statistic);
    },
    destroy: stop,
  };
  return block;
}
