/** @file Where the cells of an activation lie in a card. */
import { type Box, contains, type Point } from '../cards/geometry.ts';
import type { Activation } from './activation.ts';
import { gridOf } from './layout.ts';

/** One cell of a picture, counted in cells. */
export interface Cell {
  readonly map: number;
  readonly row: number;
  readonly column: number;
}

export const sameCell = (a: Cell | undefined, b: Cell | undefined): boolean =>
  a?.map === b?.map && a?.row === b?.row && a?.column === b?.column;

export interface Frame {
  readonly plot: Box;
  readonly maps: number;
  /** The cells of each map. */
  readonly down: number;
  readonly wide: number;
  /** Maps in a row. */
  readonly across: number;
  /** Pixels of a map, and from one map to the next. */
  readonly mapWidth: number;
  readonly mapHeight: number;
  readonly stepX: number;
  readonly stepY: number;
  /** Whether maps have room for their names above them. */
  readonly titled: boolean;
  /** Whether values are bars. */
  readonly bars: boolean;
}

export const LETTER = 6.1;
export const TITLE = 13;
/** The largest side of a cell. */
const LARGEST = 44;
/** Maps of unlike sides are stretched if square values would leave this much of the plot empty. */
const EMPTY = 3;
/** Longer labels are cut in the middle. */
const LONGEST = 14;

export function shortened(label: string): string {
  const letters = [...label];
  if (letters.length <= LONGEST) return label;
  return `${letters.slice(0, LONGEST / 2).join('')}…${letters.slice(1 - LONGEST / 2).join('')}`;
}

const widest = (labels: readonly string[]): number =>
  labels.reduce((most, label) => Math.max(most, [...shortened(label)].length), 0) * LETTER;

export function frameOf({ plan, labels }: Activation, box: Box): Frame {
  const { maps, rows, columns, block, axes } = plan;
  const [down, wide] = [Math.ceil(rows / block[0]), Math.ceil(columns / block[1])];
  const bars = axes.rows === -1;
  const left = labels?.rows === undefined || bars ? 0 : Math.min(widest(labels.rows) + 6, box.width * 0.3);
  const turned = labels?.columns === undefined ? 0 : Math.min(widest(labels.columns) + 4, box.height * 0.3);
  // The labels of bars are below them.
  const plot: Box = {
    left: box.left + left,
    top: box.top + (bars ? 0 : turned),
    width: Math.max(1, box.width - left),
    height: Math.max(1, box.height - turned),
  };
  const shape = { plot, maps, down, wide, bars };
  if (maps > 1) return { ...shape, ...gridFrame(maps, rows, columns, plot) };
  let [x, y] = [plot.width / Math.max(1, wide), plot.height / Math.max(1, down)];
  if (bars) x = Math.min(x, LARGEST);
  else {
    const square = Math.min(plot.width / columns, plot.height / rows);
    const [fitX, fitY] = [square * block[1], square * block[0]];
    if (x < EMPTY * fitX && y < EMPTY * fitY) [x, y] = [fitX, fitY];
    [x, y] = [Math.min(x, LARGEST), Math.min(y, LARGEST)];
  }
  const [mapWidth, mapHeight] = [x * wide, y * down];
  return { ...shape, across: 1, mapWidth, mapHeight, stepX: mapWidth, stepY: mapHeight, titled: false };
}

function gridFrame(maps: number, rows: number, columns: number, plot: Box) {
  const fit = (titled: boolean) => {
    const gap = maps > 150 ? 2 : 4;
    const [gapX, gapY] = titled ? [8, gap + TITLE] : [gap, gap];
    const height = plot.height - (titled ? TITLE : 0);
    const { across, scale } = gridOf(maps, rows, columns, plot.width, height, gapX, gapY);
    const size = Math.min(scale, LARGEST);
    const [mapWidth, mapHeight] = [size * columns, size * rows];
    return { across, mapWidth, mapHeight, stepX: mapWidth + gapX, stepY: mapHeight + gapY, titled };
  };
  const titled = fit(true);
  return titled.mapWidth >= 44 && titled.mapHeight >= 36 ? titled : fit(false);
}

/** The box of a map without its name. */
export function mapBox(frame: Frame, map: number): Box {
  const { plot, across, stepX, stepY, mapWidth, mapHeight, titled } = frame;
  return {
    left: plot.left + (map % across) * stepX,
    top: plot.top + Math.floor(map / across) * stepY + (titled ? TITLE : 0),
    width: mapWidth,
    height: mapHeight,
  };
}

/** The box of a cell; that of a bar has the whole height. */
export function cellBox(frame: Frame, { map, row, column }: Cell): Box {
  const { left, top, width, height } = mapBox(frame, map);
  const [x, y] = [width / frame.wide, height / frame.down];
  return { left: left + column * x, top: top + row * y, width: x, height: y };
}

export function cellAt(frame: Frame, point: Point): Cell | undefined {
  const { plot, across, stepX, stepY, maps, down, wide } = frame;
  const [x, y] = [Math.floor((point.x - plot.left) / stepX), Math.floor((point.y - plot.top) / stepY)];
  const map = y * across + x;
  if (x < 0 || x >= across || y < 0 || map >= maps) return undefined;
  const box = mapBox(frame, map);
  if (!contains(box, point)) return undefined;
  const row = Math.min(down - 1, Math.floor(((point.y - box.top) / box.height) * down));
  const column = Math.min(wide - 1, Math.floor(((point.x - box.left) / box.width) * wide));
  return { map, row, column };
}

/** The cell's place in `cells`. */
export const placeOf = ({ down, wide }: Frame, { map, row, column }: Cell): number =>
  (map * down + row) * wide + column;
