import type { Range } from '../state/view-state.ts';
import { type Columns, columnAfter, LANES, type Lane } from './columns.ts';
import { BinSum, spread } from './spread.ts';

/** How many values there are in each pixel of a picture of steps and values. */
export interface Density {
  /** How many pixels across. */
  readonly width: number;
  /** How many pixels up. */
  readonly rows: number;
  /**
   * Pixel column by pixel column, each of `rows + 2` numbers: what lies below the picture, its pixels from the bottom
   * to the top, what lies above.
   */
  readonly mass: Float32Array;
  /** 1 where a pixel column holds any part of a record. */
  readonly covered: Uint8Array;
  /** All values of each pixel column, and those of each lane. */
  readonly count: Float64Array;
  readonly lanes: Readonly<Record<Lane, Float64Array>>;
}

/**
 * Columns of a series as pixels. A column that is narrower than a pixel gives each pixel its part, and what several
 * columns give one pixel is added; a column that is wider gives each pixel all it has. `borders` are the values between
 * the rows of pixels, `rows + 1` of them, ascending.
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
  /** The column that alone fills the pixel before, or -1. */
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

  /** What a record has in no bin since it is beyond its edges. */
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

/** A record that stands alone is at least so many pixels wide. */
const LEAST = 3;

/** Gives what stands alone, and is less wide than a person sees, the pixels beside it too. */
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
    // To the left and to the right in turn, as long as an empty pixel stays between it and its neighbour.
    for (let side = 0; side < 2 * LEAST && end - start < LEAST; side++) {
      if (side % 2 === 0 && free(start - 1) && (start === 1 || free(start - 2))) copy(start, --start);
      else if (side % 2 === 1 && free(end) && (end === width - 1 || free(end + 1))) copy(end - 1, end++);
    }
    x = end;
  }
}

/** About how many pixels say what is usual. */
const SAMPLE = 4096;

/** The most that a pixel holds, and what all but a fiftieth of the pixels that hold anything do not exceed, about. */
export function densest({ mass, rows, width }: Density): { most: number; usual: number } {
  let most = 0;
  let every = Math.max(1, Math.floor((width * rows) / SAMPLE));
  // Not the same rows of every pixel column.
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

/** How far outside a picture a quantile is, in pixels, that is not in it. */
const OUTSIDE = 4;

/**
 * Where, in pixels from the bottom, this share of a pixel column's values lies below. NaN where there are none, less
 * than 0 and more than `rows` where it is outside the picture.
 */
export function quantileAt({ mass, rows }: Density, x: number, shares: readonly number[], into: Float64Array): void {
  const start = x * (rows + 2);
  let total = 0;
  for (let i = start; i < start + rows + 2; i++) total += mass[i]!;
  let row = 0;
  let below = 0;
  for (let s = 0; s < shares.length; s++) {
    if (total === 0) {
      into[s] = Number.NaN;
      continue;
    }
    const wanted = shares[s]! * total;
    while (row < rows + 1 && below + mass[start + row]! < wanted) below += mass[start + row++]!;
    if (row === 0) into[s] = -OUTSIDE;
    else if (row === rows + 1) into[s] = rows + OUTSIDE;
    else into[s] = row - 1 + Math.max(0, Math.min(1, (wanted - below) / (mass[start + row]! || 1)));
  }
}
