import { formatValue } from '../cards/format-numbers.ts';
import type { Box, Point } from '../cards/geometry.ts';
import { type Painter, pixelImage } from '../cards/painter.ts';
import { cellColours, SHADES } from '../cards/palettes.ts';
import type { Theme } from '../cards/theme.ts';
import { element } from '../element.ts';
import type { Activation } from './activation.ts';
import type { Kept } from './activations.ts';
import { colourOf, paintCells } from './colours.ts';
import { type Cell, cellAt, cellBox, type Frame, frameOf, LETTER, mapBox, placeOf, shortened, TITLE } from './frame.ts';
import { paintUnit, UNIT_HEIGHT } from './unit-line.ts';

const HEADER = 20;
const PADDING = 12;
const SMALL = 10;
/** Labels of rows are at least this far apart, in pixels. */
const LINE = 11;

/** What a card shows. */
export interface Shown {
  readonly activation: Activation;
  readonly followed: Pick<Kept, 'unit' | 'ring'> | undefined;
  /** The value of the strongest colour, above 0. */
  readonly most: number;
  readonly cursor: Cell | undefined;
}

/** The picture of one activation: a header, cells or bars, and the line of the followed unit. */
export class ActivationPicture {
  frame: Frame | undefined;
  readonly #atlas: Atlas = new Atlas();

  cellAt(point: Point): Cell | undefined {
    return this.frame && cellAt(this.frame, point);
  }

  paint(painter: Painter, shown: Shown, width: number, height: number, theme: Theme): void {
    const { activation, followed, most, cursor } = shown;
    const line = followed?.unit === undefined ? 0 : Math.min(UNIT_HEIGHT, height / 2);
    const box: Box = {
      left: PADDING,
      top: HEADER + 4,
      width: Math.max(1, width - 2 * PADDING),
      height: Math.max(1, height - HEADER - 8 - line),
    };
    const frame = frameOf(activation, box);
    this.frame = frame;
    paintHeader(painter, activation, most, width, theme);
    if (activation.cells.length === 0) {
      painter.text('no values', width / 2, height / 2, { colour: theme.ink2, size: 12, align: 'center' });
    } else if (frame.bars) paintBars(painter, shown, frame, theme);
    else {
      this.#paintMaps(painter, activation, frame, most, theme);
      paintLabels(painter, activation, frame, theme);
    }
    if (cursor !== undefined && placeOf(frame, cursor) < activation.cells.length) {
      outline(painter, cellBox(frame, cursor), theme.accent);
    }
    if (line > 0) {
      const cell = cellOfIndex(activation, followed!.unit!);
      if (cell !== undefined) outline(painter, cellBox(frame, cell), theme.ink);
      paintUnit(painter, followed!.ring, { ...box, top: height - line, height: line - 8 }, theme);
    }
  }

  #paintMaps(painter: Painter, activation: Activation, frame: Frame, most: number, theme: Theme): void {
    const { maps, wide, down, across, titled } = frame;
    const atlas = this.#atlas.draw(activation, frame, most, theme);
    for (let map = 0; map < maps; map++) {
      const { left, top, width, height } = mapBox(frame, map);
      const part = { left: (map % across) * wide, top: Math.floor(map / across) * down, width: wide, height: down };
      painter.image(atlas, left, top, width, height, part);
      if (!titled) continue;
      const style = { colour: theme.ink2, size: SMALL };
      const name = activation.labels?.maps?.[map] ?? String(map);
      painter.within(left, top - TITLE, width, TITLE, () => painter.text(name, left, top - TITLE / 2, style));
    }
  }
}

/** The cell that has this value of the tensor; undefined if another slice is shown. */
function cellOfIndex({ plan }: Activation, index: readonly number[]): Cell | undefined {
  const { axes, block, maps } = plan;
  const drawn = [axes.maps, axes.rows, axes.columns];
  if (plan.index.some((at, axis) => !drawn.includes(axis) && at !== index[axis])) return undefined;
  const of = (axis: number) => (axis === -1 ? 0 : index[axis]!);
  const map = of(axes.maps);
  if (map >= maps) return undefined;
  return { map, row: Math.floor(of(axes.rows) / block[0]), column: Math.floor(of(axes.columns) / block[1]) };
}

/** All maps beside each other, a pixel for each cell. */
class Atlas {
  readonly #canvas: HTMLCanvasElement = element('canvas');
  #image: ImageData | undefined;
  #drawn: readonly unknown[] = [];

  draw(activation: Activation, frame: Frame, most: number, theme: Theme): HTMLCanvasElement {
    const { across, maps, wide, down } = frame;
    const drawn = [activation, across, most, theme.dark];
    if (drawn.every((one, i) => one === this.#drawn[i])) return this.#canvas;
    this.#drawn = drawn;
    const [width, height] = [across * wide, Math.ceil(maps / across) * down];
    const context = this.#canvas.getContext('2d')!;
    if (this.#image?.width !== width || this.#image.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
      this.#image = context.createImageData(width, height);
    }
    paintCells(activation.cells, frame, most, theme, new Uint32Array(this.#image.data.buffer));
    context.putImageData(this.#image, 0, 0);
    return this.#canvas;
  }
}

function outline(painter: Painter, { left, top, width, height }: Box, colour: string): void {
  const [x, y, right, bottom] = [left - 1, top - 1, left + width + 1, top + height + 1];
  painter.line([x, y, right, y, right, bottom, x, bottom, x, y - 1], { colour, width: 2 });
}

const gradients = new Map<boolean, HTMLCanvasElement>();

function paintHeader(painter: Painter, activation: Activation, most: number, width: number, theme: Theme): void {
  const { shape, step, summary } = activation;
  const y = HEADER / 2 + 2;
  let gradient = gradients.get(theme.dark);
  if (gradient === undefined) {
    gradient = pixelImage(SHADES, 1, (pixels) => {
      cellColours(true, theme.dark).forEach(([red, green, blue], i) => {
        pixels[i] = 0xff000000 | (blue << 16) | (green << 8) | red;
      });
    });
    gradients.set(theme.dark, gradient);
  }
  const label = formatValue(most, 3);
  const room = label.length * LETTER + 4;
  const bar = width < 300 ? 40 : 80;
  const right = width - PADDING;
  const style = { colour: theme.ink2, size: SMALL } as const;
  painter.text(label, right, y, { ...style, align: 'right' });
  painter.image(gradient, right - room - bar, y - 4, bar, 8);
  painter.text(formatValue(-most, 3), right - room - bar - 5, y, { ...style, align: 'right' });
  const end = right - 2 * room - bar - 14;
  painter.within(PADDING, 0, Math.max(0, end - PADDING), HEADER, () => {
    const size = shape.length === 0 ? 'scalar' : shape.join(' × ');
    const text = `step ${step} · ${size}`;
    painter.text(text, PADDING, y, style);
    const infinite = summary.positiveInfinity + summary.negativeInfinity;
    const marks = [summary.nan > 0 ? `${summary.nan} NaN` : '', infinite > 0 ? `${infinite} infinite` : ''].filter(
      (mark) => mark !== '',
    );
    const at = PADDING + text.length * 5.6 + 10;
    if (marks.length > 0) painter.text(marks.join(', '), at, y, { ...style, colour: theme.lanes.nan, bold: true });
  });
}

/** Bars up and down from 0, on the scale of the colours. */
function paintBars(painter: Painter, { activation, most }: Shown, frame: Frame, theme: Theme): void {
  const { plot, wide } = frame;
  const { summary, cells, labels } = activation;
  const [low, high] = [summary.min < 0 ? -most : 0, summary.max > 0 || !(summary.min < 0) ? most : 0];
  const yOf = (value: number) =>
    plot.top + ((high - Math.max(low, Math.min(high, value))) / (high - low)) * plot.height;
  const zero = yOf(0);
  const step = frame.mapWidth / wide;
  const gap = step > 6 ? 2 : step > 3 ? 1 : 0;
  for (let i = 0; i < wide; i++) {
    const value = cells[i]!;
    const [left, width] = [plot.left + i * step + gap / 2, Math.max(0.5, step - gap)];
    const colour = colourOf(value, most, theme);
    if (Number.isNaN(value)) painter.rectangle(left, plot.top, width, plot.height, colour, 0.6);
    else {
      const y = yOf(value);
      painter.rectangle(left, Math.min(y, zero), width, Math.max(1, Math.abs(y - zero)), colour);
      // A pale bar is still seen.
      painter.rectangle(left, y < zero ? y : y - 1, width, 1, theme.ink3);
    }
  }
  painter.line([plot.left, zero, plot.left + frame.mapWidth, zero], { colour: theme.ink3, width: 1 });
  const names = labels?.columns;
  if (names === undefined) return;
  const style = { colour: theme.ink2, size: SMALL } as const;
  const bottom = plot.top + plot.height;
  const flat = names.every((name) => shortened(name).length * LETTER <= step);
  for (let i = 0; i < Math.min(wide, names.length); i += Math.ceil(LINE / step)) {
    const name = shortened(names[i * activation.plan.block[1]] ?? '');
    const x = plot.left + (i + 0.5) * step;
    if (flat) painter.text(name, x, bottom + 8, { ...style, align: 'center' });
    else painter.text(name, x, bottom + 4, { ...style, align: 'right', upwards: true });
  }
}

/** Labels of rows left of the first map, those of columns above it. */
function paintLabels(painter: Painter, { labels, plan }: Activation, frame: Frame, theme: Theme): void {
  const { plot, across, maps, down, wide, mapHeight, mapWidth } = frame;
  const style = { colour: theme.ink2, size: SMALL } as const;
  const high = mapHeight / down;
  for (let map = 0; labels?.rows !== undefined && map < maps; map += across) {
    const { top } = mapBox(frame, map);
    for (let row = 0; row < down; row += Math.ceil(LINE / high)) {
      const name = shortened(labels.rows[row * plan.block[0]] ?? '');
      painter.text(name, plot.left - 4, top + (row + 0.5) * high, { ...style, align: 'right' });
    }
  }
  const step = mapWidth / wide;
  for (let map = 0; labels?.columns !== undefined && map < Math.min(across, maps); map++) {
    const { left } = mapBox(frame, map);
    for (let column = 0; column < wide; column += Math.ceil(LINE / step)) {
      const name = shortened(labels.columns[column * plan.block[1]] ?? '');
      painter.text(name, left + (column + 0.5) * step, plot.top - 3, { ...style, upwards: true });
    }
  }
}
