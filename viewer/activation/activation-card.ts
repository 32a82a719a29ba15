import type { Card } from '../cards/card.ts';
import type { Point } from '../cards/geometry.ts';
import { sizedPainter } from '../cards/painter.ts';
import { SvgPainter } from '../cards/svg-painter.ts';
import { themeOf } from '../cards/theme.ts';
import { element, say } from '../element.ts';
import type { Activation } from './activation.ts';
import type { Activations, Subscription } from './activations.ts';
import { cardSheet } from './card-style.ts';
import { controls, type Showing } from './controls.ts';
import { difference, whyNoDifference } from './difference.ts';
import { type Cell, placeOf } from './frame.ts';
import type { ActivationLayout } from './layout.ts';
import { ActivationPicture } from './picture.ts';
import { activationRows, describeBlock, describeCell, exactText, indexOfCell, indexText } from './readout.ts';

/** One output that a card shows. */
export interface Side {
  /** Shown where it is compared with another. */
  readonly name: string;
  readonly activations: Activations;
  readonly run: string;
  readonly tag: string;
}

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
      showing = next;
      redraw();
    },
    compare: (index) => compare(index),
  });
  const host = element('div');
  const shadow = host.attachShadow({ mode: 'open' });
  shadow.adoptedStyleSheets = [cardSheet()];
  shadow.append(bar.element, figure, element('div', { class: 'readout' }, ...lines), spoken);

  const picture = new ActivationPicture();
  const a = side.activations.subscribe(side.run, side.tag, () => redraw());
  let b: { readonly index: number; readonly subscription: Subscription } | undefined;
  let showing: Showing = 'A';
  let slice: readonly (number | undefined)[] = [];
  let layout: ActivationLayout | undefined;
  let lockedAt: number | undefined;
  let cursor: Cell | undefined;
  let [width, height] = [0, 0];
  let isInView = false;
  let destroyed = false;
  /** What was drawn last. */
  let drawn: Activation | undefined;

  const redraw = () => context.requestDraw(card);

  function ask(): void {
    const wanted = isInView && !document.hidden && width > 0 && height > 0 && !destroyed;
    const ratio = devicePixelRatio;
    const asked = wanted
      ? { slice, layout, width: Math.round(width * ratio), height: Math.round(height * ratio) }
      : undefined;
    a.want(asked);
    b?.subscription.want(asked);
  }

  function compare(index: number): void {
    b?.subscription.want(undefined);
    const other = others()[index];
    b = other && { index, subscription: other.activations.subscribe(other.run, other.tag, redraw) };
    showing = b === undefined ? 'A' : 'difference';
    ask();
    redraw();
  }

  /** The output to show, or why there is none. */
  function current(): Activation | string {
    const [ofA, ofB] = [a.kept.last, b?.subscription.kept.last];
    if (b !== undefined && showing !== 'A') {
      if (ofB === undefined) return 'Waiting for the output B.';
      if (showing === 'B') return ofB;
      if (ofA === undefined) return 'Waiting for the output A.';
      return shownDifference(ofA, ofB);
    }
    return ofA ?? 'Waiting for an output.';
  }

  let subtracted: readonly [a: Activation, b: Activation, result: Activation | string] | undefined;
  function shownDifference(ofA: Activation, ofB: Activation): Activation | string {
    if (subtracted?.[0] !== ofA || subtracted[1] !== ofB) {
      subtracted = [ofA, ofB, whyNoDifference(ofA, ofB) ?? difference(ofA, ofB)];
    }
    return subtracted[2];
  }

  /** The value of the strongest colour: A and B have the same. */
  function most(): number {
    if (lockedAt !== undefined) return lockedAt;
    if (range !== undefined) return range;
    const shown = current();
    const outputs = showing === 'difference' || b === undefined ? [shown] : [a.kept.last, b.subscription.kept.last];
    let size = 0;
    for (const one of outputs) {
      if (one === undefined || typeof one === 'string') continue;
      const { min, max } = one.summary;
      if (min < 0) size = Math.max(size, -min);
      if (max > 0) size = Math.max(size, max);
    }
    return size > 0 ? size : 1;
  }

  function point({ clientX, clientY }: PointerEvent): void {
    const { left, top } = figure.getBoundingClientRect();
    const at: Point = { x: clientX - left, y: clientY - top };
    moveTo(picture.cellAt(at));
  }

  function moveTo(cell: Cell | undefined): void {
    if (cell?.map === cursor?.map && cell?.row === cursor?.row && cell?.column === cursor?.column) return;
    cursor = cell;
    redraw();
  }

  function follow(cell: Cell | undefined): void {
    const shown = current();
    if (typeof shown === 'string') return;
    const unit = cell && indexOfCell(shown, cell);
    const again = unit !== undefined && String(unit) === String(a.kept.unit);
    for (const subscription of [a, b?.subscription]) subscription?.follow(again ? undefined : unit);
    if (unit !== undefined) say(spoken, `${again ? 'No longer following' : 'Following'} ${indexText(unit)}`);
    redraw();
  }

  function press(event: KeyboardEvent): void {
    const { frame } = picture;
    if (frame === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    const { maps, down, wide, across } = frame;
    const { map, row, column } = cursor ?? { map: 0, row: 0, column: 0 };
    const to = (next: Cell) => {
      // The first key shows the cursor; the next ones move it.
      moveTo(cursor === undefined ? { map, row, column } : next);
      const shown = current();
      if (typeof shown === 'string' || cursor === undefined) return;
      const { where, value } = describeCell(shown, cursor, shown.cells[placeOf(frame, cursor)]!);
      say(spoken, `${where}: ${value}`);
    };
    /** Cells beside the edge of a map are those of the next map, if there is one. */
    const move = (rows: number, columns: number) => {
      let [nextMap, r, c] = [map, row + rows, column + columns];
      if (c < 0 || c >= wide) {
        nextMap += columns;
        c = columns > 0 ? 0 : wide - 1;
      }
      if (r < 0 || r >= down) {
        nextMap += rows * across;
        r = rows > 0 ? 0 : down - 1;
      }
      to(nextMap < 0 || nextMap >= maps ? { map, row, column } : { map: nextMap, row: r, column: c });
    };
    const keys: Readonly<Record<string, (() => void) | undefined>> = {
      ArrowLeft: () => move(0, -1),
      ArrowRight: () => move(0, 1),
      ArrowUp: () => move(-1, 0),
      ArrowDown: () => move(1, 0),
      Home: () => to({ map, row, column: 0 }),
      End: () => to({ map, row, column: wide - 1 }),
      PageUp: () => to({ map: Math.max(0, map - 1), row, column }),
      PageDown: () => to({ map: Math.min(maps - 1, map + 1), row, column }),
      Enter: cursor && (() => follow(cursor)),
      Escape:
        cursor === undefined && a.kept.unit === undefined
          ? undefined
          : () => {
              if (cursor === undefined) follow(undefined);
              moveTo(undefined);
            },
    };
    const act = maps > 0 && wide > 0 && down > 0 ? keys[event.key] : undefined;
    if (act === undefined) return;
    act();
    event.preventDefault();
    event.stopPropagation();
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
    const part = summary.count < all && showing !== 'difference' ? ', of what was read' : '';
    return `from ${exactText(summary.min, float32)} to ${exactText(summary.max, float32)}${part}`;
  }

  function paint(painter: Parameters<ActivationPicture['paint']>[0], shown: Activation | string): void {
    const theme = themeOf(host);
    if (typeof shown === 'string') {
      painter.text(shown, width / 2, height / 2, { colour: theme.ink2, size: 12, align: 'center' });
      return;
    }
    const { kept } = showing === 'B' && b !== undefined ? b.subscription : a;
    const followed = showing === 'difference' ? undefined : kept;
    picture.paint(painter, { activation: shown, followed, most: most(), cursor }, width, height, theme);
  }

  const card: Card = {
    element: host,
    draw() {
      if (width === 0 || height === 0) return true;
      const shown = current();
      drawn = typeof shown === 'string' ? undefined : shown;
      paint(sizedPainter(canvas, width, height, themeOf(host).font), shown);
      const names = others().map(({ name }) => name);
      bar.update(drawn, {
        slice,
        layout,
        locked: lockedAt !== undefined,
        showing,
        others: names,
        other: b?.index ?? -1,
      });
      read(shown);
      return true;
    },
    toSvg() {
      const { font, surface } = themeOf(host);
      const svg = new SvgPainter(font);
      svg.rectangle(0, 0, width, height, surface);
      paint(svg, current());
      return svg.finish(width, height, `Activation of ${title}`);
    },
    toRows() {
      const shown = current();
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
