import { cellColours, SHADES } from '../cards/colour-map.ts';
import type { Painter } from '../cards/painter.ts';
import type { Theme } from '../cards/theme.ts';
import type { HistogramSeries } from '../data/histogram-series.ts';
import type { Range, View } from '../state/view-state.ts';
import { type MatrixScale, matrixScale } from './matrix-scale.ts';
import { type RowCells, rowCells } from './row-cells.ts';

/** One tag of one run. */
export interface MatrixRow {
  readonly tag: string;
  readonly run: string;
  /** The colour of the run; undefined where there is one run alone. */
  readonly colour: string | undefined;
  readonly series: HistogramSeries;
}

/** What a picture of rows is made from. Lengths are CSS pixels. */
export interface MatrixScene {
  readonly rows: readonly MatrixRow[];
  readonly rowHeight: number;
  /** Where the cells begin and end. */
  readonly left: number;
  readonly right: number;
  readonly steps: Range;
  readonly view: View;
  readonly theme: Theme;
}

/** So many rows, and so many of their cells, say what the scale of all is. */
const SAMPLED_ROWS = 128;
const SAMPLED_CELLS = 2048;
/** Between rows that are high enough to have names. */
const GAP = 1;

/** Beside the names, and a letter of them, about. */
const NAME_MARGIN = 20;
const LETTER = 6.3;

/** How wide the names of the rows want to be. */
export function namesWidth(rows: readonly MatrixRow[]): number {
  if (rows.length === 0) return 0;
  const prefix = commonPrefix(rows);
  return Math.ceil(NAME_MARGIN + LETTER * rows.reduce((most, { tag }) => Math.max(most, tag.length - prefix), 0));
}

/** The scale of all rows, from a sample where they are many. */
export function scaleOfAll({ rows, view, steps, left, right }: MatrixScene): MatrixScale {
  const width = Math.round(right - left);
  const everyRow = Math.max(1, rows.length / SAMPLED_ROWS);
  const everyCell = Math.max(1, Math.floor((Math.min(rows.length, SAMPLED_ROWS) * width) / SAMPLED_CELLS));
  const numbers: number[] = [];
  for (let i = 0; i < rows.length; i += everyRow) {
    const { values } = rowCells(rows[Math.floor(i)]!.series, view.statistic, steps, width);
    for (let cell = 0; cell < width; cell += everyCell) numbers.push(values[cell]!);
  }
  return matrixScale(view.statistic, numbers);
}

/**
 * Paints the rows from `first` on below each other, the first at the top:
 *
 *     | conv1  ▓▓▓▒▒▒░░░░
 *     | conv2  ░░▒▒▓▓████     █ NaN or infinite
 */
export function paintRows(
  painter: Painter,
  scene: MatrixScene,
  scale: MatrixScale,
  first: number,
  count: number,
): void {
  const { rows, rowHeight, left, right, steps, view, theme } = scene;
  const width = Math.round(right - left);
  const shown = rows.slice(first, first + count);
  if (shown.length === 0 || width < 1) return;
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = shown.length;
  const context = canvas.getContext('2d')!;
  const picture = context.createImageData(width, shown.length);
  const pixels = new Uint32Array(picture.data.buffer);
  for (const [i, { series }] of shown.entries()) {
    const cells = rowCells(series, view.statistic, steps, width);
    const own = view.overviewScale === 'each row' ? matrixScale(view.statistic, cells.values) : scale;
    paintCells(pixels.subarray(i * width, (i + 1) * width), cells, own, theme);
  }
  context.putImageData(picture, 0, 0);
  painter.image(canvas, left, 0, width, shown.length * rowHeight);
  const named = rowHeight >= 11;
  const letters = Math.floor((left - NAME_MARGIN) / LETTER);
  const prefix = commonPrefix(rows);
  for (const [i, { tag, colour }] of shown.entries()) {
    const y = i * rowHeight;
    if (named) {
      painter.rectangle(left, y + rowHeight - GAP, width, GAP, theme.surface);
      painter.text(endOf(tag.slice(prefix), letters), left - 8, y + rowHeight / 2, {
        colour: theme.ink2,
        size: 11,
        align: 'right',
      });
    }
    if (colour !== undefined) painter.rectangle(left - 4, y, 2, rowHeight - (named ? GAP : 0), colour);
  }
}

/** Pixels of a canvas, as little-endian RGBA. */
function paintCells(
  pixels: Uint32Array,
  { values, wrong, columns }: RowCells,
  scale: MatrixScale,
  { dark, lanes, line }: Theme,
): void {
  const colours = cellColours(scale.diverging, dark).map(pixelOf);
  const alarm = pixelOf(bytesOf(lanes.nan));
  const unknown = pixelOf(bytesOf(line));
  for (let cell = 0; cell < pixels.length; cell++) {
    if (columns[cell] === -1) continue;
    const value = values[cell]!;
    if (wrong[cell]! > 0) pixels[cell] = alarm;
    else if (Number.isNaN(value)) pixels[cell] = unknown;
    else pixels[cell] = colours[Math.round(scale.position(value) * (SHADES - 1))]!;
  }
}

const pixelOf = ([red, green, blue]: readonly number[]): number =>
  (0xff000000 | (blue! << 16) | (green! << 8) | red!) >>> 0;

/** Of a colour `#rrggbb`. */
const bytesOf = (colour: string): number[] => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

/** How many letters all tags have in common, up to a slash: they are not said in each row. */
function commonPrefix(rows: readonly MatrixRow[]): number {
  const first = rows[0]!.tag;
  let length = first.lastIndexOf('/') + 1;
  for (const { tag } of rows) {
    while (length > 0 && tag.slice(0, length) !== first.slice(0, length)) {
      length = first.lastIndexOf('/', length - 2) + 1;
    }
  }
  return length;
}

/** The end of a name says which layer it is. */
const endOf = (name: string, letters: number): string =>
  name.length > letters ? `…${name.slice(name.length - letters + 1)}` : name;
