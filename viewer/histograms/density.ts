import type { Range } from '../state/view-state.ts';
import { type Columns, columnAfter, LANES, type Lane } from './columns.ts';
import { BinSum, spread } from './spread.ts';

/** The histograms of a series as an image: the number of values in each pixel of steps and values. */
export interface Density {
  readonly width: number;
  readonly rows: number;
  /**
   * Number of values per pixel, column by column. Each column has `rows + 2` numbers: below the image, its rows from
   * bottom to top, above the image.
   */
  readonly mass: Float32Array;
  /** Per pixel column, 1 if any part of a point lies in it. */
  readonly covered: Uint8Array;
  /** Number of values per pixel column, in all and per lane. */
  readonly count: Float64Array;
  readonly lanes: Readonly<Record<Lane, Float64Array>>;
}

/**
 * Rasterises the columns of a series. Narrow columns add up in a pixel, each by the share that lies in it; a column
 * wider than a pixel counts whole in each.
 * @param borders the values between the rows of pixels: `rows + 1`, ascending
 */
export function densityOf(columns: Columns, [from, to]: Range, width: number, borders: Float64Array): Density {
  const rows = borders.length - 1;
  const stride = rows + 2;
  const mass = new Float32Array(width * stride);
  const covered = new Uint8Array(width);
  const count = new Float64Array(width);
  const lanes = Object.fromEntries(LANES.map((lane) => [lane, new Float64Array(width)])) as Record<Lane, Float64Array>;
  const { left, right, length, filled } = columns;
  const into = filled.map((lane) => lanes[lane]);
  const counts = filled.map((lane) => columns.lanes[lane]);
  const sum = new BinSum();
  const pixel = (to - from) / width;

  let column = columnAfter(columns, from);
  /** The column that fills the whole previous pixel, or -1. */
  let alone = -1;
  for (let x = 0; x < width; x++) {
    const start = from + x * pixel;
    const end = start + pixel;
    while (column < length && right[column]! <= start) column++;
    if (column === length) break;
    if (left[column]! <= start && right[column]! >= end) {
      if (alone === column) mass.copyWithin(x * stride, (x - 1) * stride, x * stride);
      else {
        spread(columns.bins(column), borders, mass, x * stride, 1);
        addOutside(x, column, 1);
      }
      addCounts(x, column, 1);
      alone = column;
      continue;
    }
    alone = -1;
    for (let c = column; c < length && left[c]! < end; c++) {
      const part = Math.min(right[c]!, end) - Math.max(left[c]!, start);
      const share = Math.min(1, part / Math.min(pixel, right[c]! - left[c]!));
      if (!(share > 0)) continue;
      const rest = sum.add(columns.bins(c), share);
      if (rest !== undefined) spread(rest, borders, mass, x * stride, share);
      addOutside(x, c, share);
      addCounts(x, c, share);
    }
    sum.take((all) => spread(all, borders, mass, x * stride, 1));
  }
  const density = { width, rows, mass, covered, count, lanes };
  widen(density);
  return density;

  function addOutside(x: number, c: number, share: number): void {
    if (columns.below[c] !== 0) mass[x * stride]! += columns.below[c]! * share;
    if (columns.above[c] !== 0) mass[x * stride + rows + 1]! += columns.above[c]! * share;
  }

  function addCounts(x: number, c: number, share: number): void {
    covered[x] = 1;
    count[x]! += columns.count[c]! * share;
    for (let i = 0; i < filled.length; i++) into[i]![x]! += counts[i]![c]! * share;
  }
}

/** Least width of an isolated point, in pixels. */
const LEAST = 3;

/** Copies isolated points into the empty pixels beside them, so that they can be seen. */
function widen({ width, rows, mass, covered, count, lanes }: Density): void {
  const stride = rows + 2;
  const copy = (from: number, to: number): void => {
    mass.copyWithin(to * stride, from * stride, (from + 1) * stride);
    for (const counts of [count, ...LANES.map((lane) => lanes[lane])]) counts[to] = counts[from]!;
    covered[to] = 1;
  };
  const free = (x: number): boolean => x >= 0 && x < width && covered[x] === 0;
  for (let x = 0; x < width; x++) {
    if (covered[x] === 0) continue;
    let [start, end] = [x, x + 1];
    while (end < width && covered[end] === 1) end++;
    // Left and right in turn, leaving an empty pixel before the next point.
    for (let side = 0; side < 2 * LEAST && end - start < LEAST; side++) {
      if (side % 2 === 0 && free(start - 1) && (start === 1 || free(start - 2))) copy(start, --start);
      else if (side % 2 === 1 && free(end) && (end === width - 1 || free(end + 1))) copy(end - 1, end++);
    }
    x = end;
  }
}

/** The usual density is estimated from about this many pixels. */
const SAMPLE = 4096;

/** The highest density, and about the 98th percentile of the pixels that are not empty. */
export function densest({ mass, rows, width }: Density): { most: number; usual: number } {
  let most = 0;
  let every = Math.max(1, Math.floor((width * rows) / SAMPLE));
  // An interval that does not divide the rows samples other rows in each pixel column.
  while (every > 1 && rows % every === 0) every++;
  const sample = new Float32Array(Math.ceil((width * rows) / every));
  let taken = 0;
  let next = 0;
  for (let x = 0, seen = 0; x < width; x++) {
    const start = x * (rows + 2) + 1;
    for (let i = start; i < start + rows; i++, seen++) {
      const amount = mass[i]!;
      if (amount > most) most = amount;
      if (seen !== next) continue;
      next += every;
      if (amount > 0) sample[taken++] = amount;
    }
  }
  if (taken === 0) return { most, usual: most };
  return { most, usual: sample.subarray(0, taken).sort()[Math.floor(taken * 0.98)]! };
}
