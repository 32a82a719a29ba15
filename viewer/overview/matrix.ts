import { paintSteps } from '../cards/axes.ts';
import { clamp, INSET } from '../cards/geometry.ts';
import { type Painter, pixelImage } from '../cards/painter.ts';
import { cellColours, SHADES } from '../cards/palettes.ts';
import type { Theme } from '../cards/theme.ts';
import type { AxisUnit, Range, Statistic, View } from '../state/view-state.ts';
import { type MatrixRow, STATISTIC_NAMES } from './matrix-rows.ts';
import { type MatrixScale, matrixScale } from './matrix-scale.ts';
import { type RowCells, rowCells } from './row-cells.ts';

export interface MatrixScene {
  readonly rows: readonly MatrixRow[];
  readonly rowHeight: number;
  readonly left: number;
  readonly right: number;
  /** The visible part of the axis. */
  readonly steps: Range;
  readonly unit: AxisUnit;
  readonly view: View;
  readonly theme: Theme;
}

/** Rows shrink from the larger to the smaller height, in pixels, before they are scrolled. */
const ROW_HEIGHT: Range = [13, 20];
export const MAX_HEIGHT = 336;
export const AXIS_HEIGHT = 22;
/** The largest part of the width that names of rows may take. */
const NAMES = 0.3;
/** Space beside a name, and the width of a letter, about. */
const NAME_MARGIN = 20;
const LETTER = 6.3;
/** The space between rows that are high enough for names. */
const GAP = 1;

/** Lays out rows. @param steps the part of the axis to draw */
export function matrixScene(
  rows: readonly MatrixRow[],
  steps: Range,
  width: number,
  view: View,
  theme: Theme,
): MatrixScene {
  const letters = rows.reduce((most, { tag }) => Math.max(most, tag.length), 0) - commonPrefix(rows);
  const names = rows.length === 0 ? 0 : Math.ceil(NAME_MARGIN + LETTER * letters);
  const left = Math.round(Math.min(width * NAMES, Math.max(INSET.left, names)));
  return {
    rows,
    rowHeight: clamp(Math.floor(MAX_HEIGHT / Math.max(1, rows.length)), ...ROW_HEIGHT),
    left,
    right: Math.max(left + 1, width - INSET.right),
    steps,
    unit: view.axis,
    view,
    theme,
  };
}

/** How many rows, and how many of their cells, the common scale is taken from. */
const SAMPLED_ROWS = 128;
const SAMPLED_CELLS = 2048;

/** The scale that all rows of all scenes share, from a sample of their cells. */
export function scaleOfAll(scenes: readonly MatrixScene[], statistic: Statistic): MatrixScale {
  const numbers: number[] = [];
  for (const { rows, steps, left, right } of scenes) {
    const width = Math.round(right - left);
    const everyRow = Math.max(1, rows.length / SAMPLED_ROWS);
    const everyCell = Math.max(1, Math.floor((Math.min(rows.length, SAMPLED_ROWS) * width) / SAMPLED_CELLS));
    for (let i = 0; i < rows.length; i += everyRow) {
      const { values } = rowCells(rows[Math.floor(i)]!, statistic, steps, width);
      for (let cell = 0; cell < width; cell += everyCell) numbers.push(values[cell]!);
    }
  }
  return matrixScale(statistic, numbers);
}

/**
 * Paints `count` rows from `first` on, from `top` downwards:
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
  top = 0,
): void {
  const { rows, rowHeight, left, right, steps, view, theme } = scene;
  const width = Math.round(right - left);
  const shown = rows.slice(first, first + count);
  if (shown.length === 0 || width < 1) return;
  const picture = pixelImage(width, shown.length, (pixels) => {
    for (const [i, row] of shown.entries()) {
      const cells = rowCells(row, view.statistic, steps, width);
      const own = view.overviewScale === 'each row' ? matrixScale(view.statistic, cells.values) : scale;
      paintCells(pixels.subarray(i * width, (i + 1) * width), cells, own, theme);
    }
  });
  painter.image(picture, left, top, width, shown.length * rowHeight);
  const named = rowHeight >= 11;
  const letters = Math.floor((left - NAME_MARGIN) / LETTER);
  const prefix = commonPrefix(rows);
  for (const [i, { tag, colour }] of shown.entries()) {
    const y = top + i * rowHeight;
    if (named) {
      painter.rectangle(left, y + rowHeight - GAP, width, GAP, theme.surface);
      const style = { colour: theme.ink2, size: 11, align: 'right' } as const;
      painter.text(endOf(tag.slice(prefix), letters), left - 8, y + rowHeight / 2, style);
    }
    if (colour !== undefined) painter.rectangle(left - 4, y, 2, rowHeight - (named ? GAP : 0), colour);
  }
}

export function paintStepAxis(painter: Painter, y: number, scene: MatrixScene): void {
  const { left, right, theme } = scene;
  paintSteps(painter, { left, top: y, width: right - left, height: 0 }, y, scene, theme);
}

/** The scenes below each other. */
export async function matrixSvg(
  scenes: readonly MatrixScene[],
  { statistic }: View,
  { font, surface }: Theme,
): Promise<string> {
  const { SvgPainter } = await import('../cards/svg-painter.ts');
  const svg = new SvgPainter(font);
  const scale = scaleOfAll(scenes, statistic);
  const width = scenes.reduce((most, { right }) => Math.max(most, right + INSET.right), 1);
  const heights = scenes.map(({ rows, rowHeight }) => rows.length * rowHeight + AXIS_HEIGHT);
  const height = heights.reduce((sum, one) => sum + one, 0);
  svg.rectangle(0, 0, width, height, surface);
  let top = 0;
  for (const [i, scene] of scenes.entries()) {
    paintRows(svg, scene, scale, 0, scene.rows.length, top);
    top += heights[i]!;
    paintStepAxis(svg, top - AXIS_HEIGHT, scene);
  }
  return svg.finish(width, height, `Overview: ${STATISTIC_NAMES[statistic]}`);
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

const bytesOf = (colour: string): number[] => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

/** The length of the folders that all tags have in common, which rows do not repeat. */
function commonPrefix(rows: readonly MatrixRow[]): number {
  const first = rows[0]?.tag ?? '';
  let length = first.lastIndexOf('/') + 1;
  for (const { tag } of rows) {
    while (length > 0 && tag.slice(0, length) !== first.slice(0, length)) {
      length = first.lastIndexOf('/', length - 2) + 1;
    }
  }
  return length;
}

/** Cuts off the start: the end of a name says which layer it is. */
const endOf = (name: string, letters: number): string =>
  name.length > letters ? `…${name.slice(name.length - letters + 1)}` : name;
