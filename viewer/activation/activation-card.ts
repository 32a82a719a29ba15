import type { Card } from '../cards/card.ts';
import type { Point } from '../cards/geometry.ts';
import { sizedPainter } from '../cards/painter.ts';
import { SvgPainter } from '../cards/svg-painter.ts';
import { themeOf } from '../cards/theme.ts';
import { element, say } from '../element.ts';
import type { Activation } from './activation.ts';
import { cardSheet } from './card-style.ts';
import { nextCell } from './cell-keys.ts';
import { Comparison, type Side } from './comparison.ts';
import { controls } from './controls.ts';
import { type Cell, placeOf, sameCell } from './frame.ts';
import type { ActivationLayout } from './layout.ts';
import { ActivationPicture } from './picture.ts';
import { activationRows, describeBlock, describeCell, exactText, indexOfCell, indexText } from './readout.ts';

export interface ActivationCardOptions {
  /** The value of the strongest colour. Default: the largest size in the tensor. */
  readonly range?: number | undefined;
  /** What the output may be compared with. */
  readonly others?: () => readonly Side[];
  /** Whether it is compared with the first of `others` from the start. Default false. */
  readonly compares?: boolean;
}

export interface ActivationCardContext {
  /** Calls {@link Card.draw} once in the next frame. */
  requestDraw(card: Card): void;
}

/**
 * The last output of a layer. It asks for what it shows while it is in view; a click follows one unit over time.
 */
export function activationCard(
  context: ActivationCardContext,
  title: string,
  side: Side,
  { range, others = () => [], compares = false }: ActivationCardOptions = {},
): Card {
  const canvas = element('canvas', { 'aria-hidden': 'true' });
  const lines = [element('div'), element('div')] as const;
  const spoken = element('div', { class: 'quiet', 'aria-live': 'polite' });
  const figure = element(
    'div',
    {
      class: 'figure',
      tabindex: 0,
      role: 'application',
      'aria-roledescription': 'activation',
      'aria-label': `Activation of ${title}`,
      pointermove: (event: PointerEvent) => point(event),
      pointerdown: (event: PointerEvent) => point(event),
      pointerleave: (event: PointerEvent) => {
        // A finger that is lifted leaves too, and what it pointed at stays readable.
        if (event.pointerType !== 'touch') moveTo(undefined);
      },
      click: () => follow(cursor),
      keydown: (event: KeyboardEvent) => press(event),
    },
    canvas,
  );
  const bar = controls(title, {
    slice(axis, index) {
      slice = Array.from({ length: Math.max(slice.length, axis + 1) }, (_, i) => (i === axis ? index : slice[i]));
      cursor = undefined;
      ask();
    },
    layout(next) {
      layout = next;
      slice = [];
      cursor = undefined;
      ask();
    },
    lock(locked) {
      lockedAt = locked ? most() : undefined;
      redraw();
    },
    show(next) {
      outputs.showing = next;
      redraw();
    },
    compare: (index) => compare(index),
  });
  const host = element('div');
  const shadow = host.attachShadow({ mode: 'open' });
  shadow.adoptedStyleSheets = [cardSheet()];
  shadow.append(bar.element, figure, element('div', { class: 'readout' }, ...lines), spoken);

  const picture = new ActivationPicture();
  const outputs = new Comparison(side, () => redraw());
  let slice: readonly (number | undefined)[] = [];
  let layout: ActivationLayout | undefined;
  /** Which of the others it is compared with; -1 for none. */
  let other = -1;
  let lockedAt: number | undefined;
  let cursor: Cell | undefined;
  let [width, height] = [0, 0];
  let isInView = false;
  let destroyed = false;

  const redraw = () => context.requestDraw(card);

  function ask(): void {
    const wanted = isInView && !document.hidden && width > 0 && height > 0 && !destroyed;
    const ratio = devicePixelRatio;
    outputs.want(
      wanted ? { slice, layout, width: Math.round(width * ratio), height: Math.round(height * ratio) } : undefined,
    );
  }

  function compare(index: number): void {
    outputs.compareWith(others()[index]);
    other = index;
    ask();
    redraw();
  }

  /** The value of the strongest colour. */
  function most(): number {
    return lockedAt ?? range ?? (outputs.size || 1);
  }

  function point({ clientX, clientY }: PointerEvent): void {
    const { left, top } = figure.getBoundingClientRect();
    const at: Point = { x: clientX - left, y: clientY - top };
    moveTo(picture.cellAt(at));
  }

  function moveTo(cell: Cell | undefined): void {
    if (sameCell(cell, cursor)) return;
    cursor = cell;
    redraw();
  }

  function follow(cell: Cell | undefined): void {
    const { shown, followed } = outputs;
    if (typeof shown === 'string') return;
    const unit = cell && indexOfCell(shown, cell);
    const again = unit !== undefined && String(unit) === String(followed);
    outputs.follow(again ? undefined : unit);
    if (unit !== undefined) say(spoken, `${again ? 'No longer following' : 'Following'} ${indexText(unit)}`);
    redraw();
  }

  function press(event: KeyboardEvent): void {
    const { frame } = picture;
    if (frame === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    const next = nextCell(frame, cursor, event.key);
    if (next !== undefined) {
      moveTo(next);
      sayCell(next);
    } else if (event.key === 'Enter' && cursor !== undefined) {
      follow(cursor);
    } else if (event.key === 'Escape' && cursor !== undefined) {
      moveTo(undefined);
    } else if (event.key === 'Escape' && outputs.followed !== undefined) {
      follow(undefined);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  function sayCell(cell: Cell): void {
    const { shown } = outputs;
    if (typeof shown === 'string') return;
    const { where, value } = describeCell(shown, cell, shown.cells[placeOf(picture.frame!, cell)]!);
    say(spoken, `${where}: ${value}`);
  }

  function read(shown: Activation | string): void {
    const place = cursor && picture.frame && placeOf(picture.frame, cursor);
    if (typeof shown === 'string' || cursor === undefined || place === undefined || place >= shown.cells.length) {
      say(lines[0], typeof shown === 'string' ? shown : rest(shown));
    } else {
      const { where, value } = describeCell(shown, cursor, shown.cells[place]!);
      lines[0].replaceChildren(`${where} `, element('b', {}, value));
    }
    say(lines[1], typeof shown === 'string' ? '' : describeBlock(shown));
  }

  /** What is said while nothing is pointed at. */
  function rest({ summary, cells, shape }: Activation): string {
    const float32 = cells instanceof Float32Array;
    if (summary.count === 0) return 'The tensor is empty.';
    if (summary.count === 1) return exactText(cells[0]!, float32);
    if (Number.isNaN(summary.min)) return 'No value is finite.';
    const all = shape.reduce((product, size) => product * size, 1);
    const part = summary.count < all && outputs.showing !== 'difference' ? ', of what was read' : '';
    return `from ${exactText(summary.min, float32)} to ${exactText(summary.max, float32)}${part}`;
  }

  function paint(painter: Parameters<ActivationPicture['paint']>[0], shown: Activation | string): void {
    const theme = themeOf(host);
    if (typeof shown === 'string') {
      painter.text(shown, width / 2, height / 2, { colour: theme.ink2, size: 12, align: 'center' });
      return;
    }
    picture.paint(painter, { activation: shown, followed: outputs.kept, most: most(), cursor }, width, height, theme);
  }

  const card: Card = {
    element: host,
    draw() {
      if (width === 0 || height === 0) return true;
      const { shown, showing } = outputs;
      paint(sizedPainter(canvas, width, height, themeOf(host).font), shown);
      const names = others().map(({ name }) => name);
      const locked = lockedAt !== undefined;
      bar.update(typeof shown === 'string' ? undefined : shown, {
        slice,
        layout,
        locked,
        showing,
        others: names,
        other,
      });
      read(shown);
      return true;
    },
    toSvg() {
      const { font, surface } = themeOf(host);
      const svg = new SvgPainter(font);
      svg.rectangle(0, 0, width, height, surface);
      paint(svg, outputs.shown);
      return svg.finish(width, height, `Activation of ${title}`);
    },
    toRows() {
      const { shown } = outputs;
      return typeof shown === 'string' ? [['value']] : activationRows(shown);
    },
    destroy() {
      destroyed = true;
      ask();
      sizes.disconnect();
      views.disconnect();
      document.removeEventListener('visibilitychange', ask);
    },
  };
  const sizes = new ResizeObserver(() => {
    [width, height] = [figure.clientWidth, figure.clientHeight];
    ask();
    redraw();
  });
  const views = new IntersectionObserver((entries) => {
    isInView = entries.at(-1)!.isIntersecting;
    ask();
  });
  sizes.observe(figure);
  views.observe(host);
  document.addEventListener('visibilitychange', ask);
  if (compares) compare(0);
  return card;
}
