import { upperBound } from '../data/binary-search.ts';
import type { HistogramSeries } from '../data/histogram-series.ts';
import type { Bins, PointSummary } from '../data/points.ts';
import type { Range } from '../state/view-state.ts';

/** Kinds of values with a bar chart of their own below the plot. */
export const LANES = ['zeros', 'positiveInfinity', 'negativeInfinity', 'nan', 'unknown'] as const;
export type Lane = (typeof LANES)[number];

/** Limits of kept bins, per card and in all: 32 and 128 MB. Others are decoded for each picture. */
const KEPT_BINS = 2 ** 22;
const KEPT_BY_ALL = 2 ** 24;
let keptByAll = 0;

/** With step and time, these identify a point: two points that agree in all of them are taken for the same. */
const MARKS = ['count', 'mean', 'std'] as const;

/**
 * The columns of a series at one version, as plain arrays. A column is one point, or the sum of several after the
 * series was shrunk. The series stores bins compressed; those that were read are kept here, decoded.
 */
export class Columns {
  readonly length: number;
  readonly version: number;
  /** The places on the axis: steps, or {@link times}. */
  readonly first: Float64Array;
  readonly last: Float64Array;
  readonly times: Float64Array | undefined;
  /** What a column covers of the axis in a picture, halfway to its neighbours. */
  readonly left: Float64Array;
  readonly right: Float64Array;
  /** Number of values of each column, in all and per lane. */
  readonly count: Float64Array;
  readonly lanes: Readonly<Record<Lane, Float64Array>>;
  /** Finite values beyond a point's outer edges. */
  readonly below: Float64Array;
  readonly above: Float64Array;
  readonly filled: readonly Lane[];
  readonly #series: HistogramSeries;
  readonly #marks: readonly Float64Array[];
  readonly #bins: (Bins | undefined)[];
  #kept = 0;
  #isReleased = false;

  /** @param times places on an axis of time. Default: steps. None if the records have no times: then there is no column. */
  constructor(series: HistogramSeries, before?: Columns, times?: Float64Array) {
    const length = times?.length ?? series.length;
    const read = (one: (column: number) => number): Float64Array => {
      const numbers = new Float64Array(length);
      for (let column = 0; column < length; column++) numbers[column] = one(column);
      return numbers;
    };
    // NaN, which means unknown, counts as 0.
    const known = (name: keyof PointSummary) => read((column) => series.summaryNumber(name, column) || 0);
    this.#series = series;
    this.length = length;
    this.version = series.version;
    this.count = known('count');
    this.below = known('below');
    this.above = known('above');
    this.lanes = Object.fromEntries(LANES.map((lane) => [lane, known(lane)])) as Record<Lane, Float64Array>;
    this.filled = LANES.filter((lane) => this.lanes[lane].some((count) => count > 0));
    const steps = [(column: number) => series.firstStep(column), (column: number) => series.lastStep(column)].map(read);
    this.times = times;
    [this.first, this.last] = times === undefined ? [steps[0]!, steps[1]!] : [times, times];
    ({ left: this.left, right: this.right } = extents(this.first, this.last));
    const summary = MARKS.map((name) => read((column) => series.summaryNumber(name, column)));
    this.#marks = [...steps, read((column) => series.wallTime(column)), ...summary];
    this.#bins = new Array(length).fill(undefined);
    if (before !== undefined) this.#takeOver(before);
  }

  /** Takes over the decoded bins of unchanged columns from `before`. */
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

  /** Gives up the decoded bins, and keeps none from now on. */
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

/** The usual distance at a column is the median of this many distances around it. */
const NEIGHBOURHOOD = 9;
/** Part of the usual distance that a column covers at most to each side, so that a gap is visible. */
const REACH = 0.75;

/**
 * What columns cover of an axis, from halfway to the one before to halfway to the next; less beside a gap.
 * @param first with `last`: the places of each column, ascending
 */
export function extents(first: Float64Array, last: Float64Array): { left: Float64Array; right: Float64Array } {
  const n = first.length;
  const left = new Float64Array(n);
  const right = new Float64Array(n);
  const distances = new Float64Array(Math.max(0, n - 1));
  for (let i = 0; i < n - 1; i++) distances[i] = Math.max(Number.MIN_VALUE, first[i + 1]! - last[i]!);
  const around = new Float64Array(Math.min(NEIGHBOURHOOD, distances.length));
  for (let i = 0; i < n; i++) {
    const from = Math.max(0, Math.min(distances.length - around.length, i - (around.length >> 1)));
    const usual = median(distances, from, around);
    // The first and the last column have one neighbour: the other side is as wide as usual.
    const before = i === 0 ? usual / 2 : Math.min(distances[i - 1]! / 2, usual * REACH);
    const after = i === n - 1 ? usual / 2 : Math.min(distances[i]! / 2, usual * REACH);
    // Steps beyond 2^53 are farther apart than half a step.
    left[i] = first[i]! - Math.max(before, Math.abs(first[i]!) * Number.EPSILON);
    right[i] = last[i]! + Math.max(after, Math.abs(last[i]!) * Number.EPSILON);
  }
  return { left, right };
}

/** The median of as many numbers as fit into `room`, from the index `from` on; 1 if there are none. */
function median(numbers: Float64Array, from: number, room: Float64Array): number {
  const n = room.length;
  if (n === 0) return 1;
  // Insertion sort: the numbers are few, and mostly equal.
  for (let i = 0; i < n; i++) {
    const number = numbers[from + i]!;
    let at = i;
    for (; at > 0 && room[at - 1]! > number; at--) room[at] = room[at - 1]!;
    room[at] = number;
  }
  return room[(n - 1) >> 1]!;
}

/** The columns that overlap a range of steps: [first, end). */
export function columnsWithin(columns: Columns, [from, to]: Range): [first: number, end: number] {
  const first = columnAfter(columns, from);
  let end = first;
  while (end < columns.length && columns.left[end]! < to) end++;
  return [first, end];
}

/** The first column that ends after a step; `length` if none does. */
export const columnAfter = ({ right }: Columns, step: number): number => upperBound(right, step);
