import { upperBound } from '../data/binary-search.ts';
import type { HistogramSeries } from '../data/histogram-series.ts';
import type { Bins, PointSummary } from '../data/points.ts';

/** What is in no place of the axis of values, or is worth a lane of its own. */
export const LANES = ['zeros', 'positiveInfinity', 'negativeInfinity', 'nan', 'unknown'] as const;
export type Lane = (typeof LANES)[number];

/** So many bins are kept as numbers, of one card and of all: 32 and 128 MB. What is beyond is read again for each picture. */
const KEPT_BINS = 2 ** 22;
const KEPT_BY_ALL = 2 ** 24;
let keptByAll = 0;

/** What tells a record from another one in its place: nobody writes two with the same of all these. */
const MARKS = ['count', 'mean', 'std'] as const;

/**
 * The columns of a series as plain arrays, for loops over all of them, as they are at one version of it. The series keeps
 * bins as few bytes; here those that were looked at are kept as numbers, also from one version to the next.
 */
export class Columns {
  readonly length: number;
  readonly version: number;
  /** The steps that a column covers in a picture, up to the middle between it and its neighbours. */
  readonly left: Float64Array;
  readonly right: Float64Array;
  /** All values of each column, and those of each lane. */
  readonly count: Float64Array;
  readonly lanes: Readonly<Record<Lane, Float64Array>>;
  /** Finite values beyond a record's outer edges. */
  readonly below: Float64Array;
  readonly above: Float64Array;
  /** The lanes in which there is anything. */
  readonly filled: readonly Lane[];
  readonly #series: HistogramSeries;
  readonly #marks: readonly Float64Array[];
  readonly #bins: (Bins | undefined)[];
  #kept = 0;
  #isReleased = false;

  constructor(series: HistogramSeries, before?: Columns) {
    const { length } = series;
    const read = (one: (column: number) => number): Float64Array => {
      const numbers = new Float64Array(length);
      for (let column = 0; column < length; column++) numbers[column] = one(column);
      return numbers;
    };
    // What is not known is not drawn.
    const known = (name: keyof PointSummary) => read((column) => series.summaryNumber(name, column) || 0);
    this.#series = series;
    this.length = length;
    this.version = series.version;
    this.count = known('count');
    this.below = known('below');
    this.above = known('above');
    this.lanes = Object.fromEntries(LANES.map((lane) => [lane, known(lane)])) as Record<Lane, Float64Array>;
    this.filled = LANES.filter((lane) => this.lanes[lane].some((count) => count > 0));
    const first = read((column) => series.firstStep(column));
    const last = read((column) => series.lastStep(column));
    ({ left: this.left, right: this.right } = extents(first, last));
    const summary = MARKS.map((name) => read((column) => series.summaryNumber(name, column)));
    this.#marks = [first, last, read((column) => series.wallTime(column)), ...summary];
    this.#bins = new Array(length).fill(undefined);
    if (before !== undefined) this.#takeOver(before);
  }

  /** The bins of columns that are as they were. */
  #takeOver(before: Columns): void {
    for (let column = 0; column < Math.min(this.length, before.length); column++) {
      const bins = before.#bins[column];
      if (bins === undefined) continue;
      if (this.#marks.every((mark, i) => Object.is(mark[column], before.#marks[i]![column]))) {
        this.#bins[column] = bins;
        this.#keep(bins.counts.length);
      }
    }
    before.release();
  }

  #keep(bins: number): void {
    this.#kept += bins;
    keptByAll += bins;
  }

  /** Keeps no bins any more: others will. */
  release(): void {
    keptByAll -= this.#kept;
    this.#kept = 0;
    this.#bins.fill(undefined);
    this.#isReleased = true;
  }

  bins(column: number): Bins {
    const kept = this.#bins[column];
    if (kept !== undefined) return kept;
    const bins = this.#series.bins(column);
    const { length } = bins.counts;
    if (!this.#isReleased && this.#kept + length <= KEPT_BINS && keptByAll + length <= KEPT_BY_ALL) {
      this.#bins[column] = bins;
      this.#keep(length);
    }
    return bins;
  }
}

/** How many distances around one say what is usual there. */
const NEIGHBOURHOOD = 9;
/** How much of the usual distance a column covers to each side where its neighbour is farther: a gap is seen as one. */
const REACH = 0.75;

/** Where columns begin and end in a picture. */
function extents(first: Float64Array, last: Float64Array): { left: Float64Array; right: Float64Array } {
  const n = first.length;
  const left = new Float64Array(n);
  const right = new Float64Array(n);
  const distances = new Float64Array(Math.max(0, n - 1));
  for (let i = 0; i < n - 1; i++) distances[i] = Math.max(Number.MIN_VALUE, first[i + 1]! - last[i]!);
  const around = new Float64Array(Math.min(NEIGHBOURHOOD, distances.length));
  for (let i = 0; i < n; i++) {
    const from = Math.max(0, Math.min(distances.length - around.length, i - (around.length >> 1)));
    const usual = median(distances, from, around);
    // At the two ends there is no neighbour: as wide as usual.
    const before = i === 0 ? usual / 2 : Math.min(distances[i - 1]! / 2, usual * REACH);
    const after = i === n - 1 ? usual / 2 : Math.min(distances[i]! / 2, usual * REACH);
    left[i] = first[i]! - before;
    right[i] = last[i]! + after;
  }
  return { left, right };
}

/** Of as many numbers as there is room for, from a place on; 1 of none. */
function median(numbers: Float64Array, from: number, room: Float64Array): number {
  const n = room.length;
  if (n === 0) return 1;
  // Inserted in order: they are few, and mostly equal.
  for (let i = 0; i < n; i++) {
    const number = numbers[from + i]!;
    let at = i;
    for (; at > 0 && room[at - 1]! > number; at--) room[at] = room[at - 1]!;
    room[at] = number;
  }
  return room[(n - 1) >> 1]!;
}

/** The first column that ends after a step; `length` if none does. */
export const columnAfter = ({ right }: Columns, step: number): number => upperBound(right, step);
