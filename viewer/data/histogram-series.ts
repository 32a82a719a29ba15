import type { Statistic } from '../state/view-state.ts';
import { addBins } from './add-bins.ts';
import { addSummaries } from './add-summaries.ts';
import { BytePool } from './byte-pool.ts';
import { clampBins } from './clamped-bins.ts';
import { decodeCounts } from './count-code.ts';
import { DEFAULT_EDGES, placeInDefaultEdges } from './default-edges.ts';
import { countCodeOf } from './packed-bins.ts';
import { type Bins, type HistogramPoint, type PointSummary, SUMMARY_NAMES } from './points.ts';
import { joined, jointQuantile, quantileOf } from './quantiles.ts';
import { Rows } from './rows.ts';

/** What a column is made from: a point without its names. */
export type HistogramColumn = Omit<Required<HistogramPoint>, 'kind' | 'run' | 'tag'>;

const FIRST_STEP = 0;
const LAST_STEP = 1;
const WALL_TIME = 2;
const RECORDS = 3;
/** How many bins there are; where their counts are in the pool, and in how many bytes. */
const BINS = 4;
const COUNTS_AT = 5;
const COUNTS_BYTES = 6;
/** Where the edges are: in the pool, or, below 0, -1 - their place in the shared edges. */
const EDGES = 7;
/** The summary begins here. */
const SUMMARY = 8;
const WIDTH = SUMMARY + SUMMARY_NAMES.length;

const summaryField = (name: keyof PointSummary): number => SUMMARY + SUMMARY_NAMES.indexOf(name);
const [COUNT, ZEROS, NAN] = [summaryField('count'), summaryField('zeros'), summaryField('nan')];
const [MIN, MAX] = [summaryField('min'), summaryField('max')];

/** So many columns say what the bulk of the values is. */
const SAMPLE = 64;

/**
 * The histograms of one tag in one run: a column a record, in the order of steps. {@link shrink} adds neighbours to each
 * other, which halves what it takes.
 *
 * A column is a row of numbers and some bytes in a pool:
 *
 *     rows   | first step | last step | … | bins | counts at, bytes | edges at | count | mean | … |
 *     pool   … | its edges, 8 bytes each, unless shared or those of the column before | its counts (count-code.ts) | …
 */
export class HistogramSeries {
  /** Changes with each change of the data. */
  version = 0;
  #rows: Rows = new Rows(WIDTH);
  #pool: BytePool = new BytePool();
  /** How many bytes of the pool no column uses any more, at most: edges may be another column's, too. */
  #unused = 0;
  /** How many records a column holds that cannot be added to its neighbour. */
  #most = 1;
  #bulk: { key: string; values: readonly [number, number] | undefined } | undefined;

  /** How many columns there are. */
  get length(): number {
    return this.#rows.length;
  }

  /** What it takes in memory, about. */
  get bytes(): number {
    return OVERHEAD + this.#rows.capacity + this.#pool.capacity;
  }

  /** The first and last step of a column; the same number unless records were added to each other. */
  firstStep(column: number): number {
    return this.#rows.get(column, FIRST_STEP);
  }

  lastStep(column: number): number {
    return this.#rows.get(column, LAST_STEP);
  }

  /** The last step of all; -Infinity where there is none. */
  get newest(): number {
    return this.length === 0 ? -Infinity : this.lastStep(this.length - 1);
  }

  /** Of its first record, in seconds since 1970. */
  wallTime(column: number): number {
    return this.#rows.get(column, WALL_TIME);
  }

  /** How many records a column is the sum of: 1 unless there were too many. */
  records(column: number): number {
    return this.#rows.get(column, RECORDS);
  }

  /**
   * Of a column with one record these are the record's own bins, without empty ones at the ends; the outermost are no wider
   * than the smallest and the largest value. The edges must not be written to.
   * @param room where the counts go, if they fit; else into an array of their own. Many columns that are looked at one
   *   after another need a single one: 1548 are enough for the default edges.
   */
  bins(column: number, room?: Float64Array): Bins {
    return clampBins(this.wideBins(column, room), this.#rows.get(column, MIN), this.#rows.get(column, MAX));
  }

  /** As {@link bins}, but the outermost may reach beyond all values: so they can be added, and say how wide bins are. */
  wideBins(column: number, room?: Float64Array): Bins {
    const size = this.#rows.get(column, BINS);
    const counts = room !== undefined && room.length >= size ? room.subarray(0, size) : new Float64Array(size);
    decodeCounts(this.#pool.bytes, this.#rows.get(column, COUNTS_AT), counts);
    return { edges: this.#edges(column), counts };
  }

  /** All of a column, as {@link add} takes it. */
  column(column: number): HistogramColumn {
    return {
      step: this.firstStep(column),
      lastStep: this.lastStep(column),
      wallTime: this.wallTime(column),
      records: this.records(column),
      bins: this.wideBins(column),
      summary: this.summary(column),
    };
  }

  summary(column: number): PointSummary {
    const summary = {} as Record<keyof PointSummary, number>;
    SUMMARY_NAMES.forEach((name, i) => {
      summary[name] = this.#rows.get(column, SUMMARY + i);
    });
    return summary;
  }

  /** One number of the summary without making the rest. */
  summaryNumber(name: keyof PointSummary, column: number): number {
    return this.#rows.get(column, summaryField(name));
  }

  /**
   * One number for the overview. `zeros` and `nonFinite`, the NaN and infinities that are known, are
   * shares of the count, 0 to 1; NaN where they are unknown.
   */
  statistic(name: Statistic, column: number): number {
    const rows = this.#rows;
    switch (name) {
      case 'zeros':
        return rows.get(column, ZEROS) / rows.get(column, COUNT);
      case 'nonFinite':
        return (
          (rows.get(column, NAN) + rows.get(column, NAN + 1) + rows.get(column, NAN + 2)) / rows.get(column, COUNT)
        );
      default:
        return rows.get(column, summaryField(name));
    }
  }

  /** The column whose steps hold this one, or the nearest; -1 where there is none. */
  columnAt(step: number): number {
    const after = this.#rows.lowerBound(LAST_STEP, step);
    if (after === 0 || after === this.length) return after === 0 && this.length > 0 ? 0 : after - 1;
    return this.firstStep(after) - step < step - this.lastStep(after - 1) ? after : after - 1;
  }

  /** The value below which this share (0 to 1) of what is in the bins lies, with even spread within a bin; NaN where there is nothing. */
  quantile(column: number, share: number): number {
    return quantileOf(this.bins(column), share);
  }

  /**
   * The values between these shares of all columns together, as far as 64 of them tell: what an axis should show, whatever
   * a few values are. Undefined where nothing is in a bin.
   */
  bulk(lower: number, upper: number): readonly [number, number] | undefined {
    const key = `${this.version} ${lower} ${upper}`;
    if (this.#bulk?.key !== key) this.#bulk = { key, values: this.#bulkNow(lower, upper) };
    return this.#bulk.values;
  }

  /**
   * Puts a record where its step belongs, in the place of one of the same step. Where records were added to each other, it
   * is added to those.
   */
  add(point: Omit<HistogramPoint, 'kind' | 'run' | 'tag'>): void {
    const at = this.#rows.lowerBound(LAST_STEP, point.step);
    const column = { lastStep: point.step, records: 1, ...point };
    const there = at < this.length && this.firstStep(at) <= point.step;
    if (there && this.records(at) > 1) this.#put(at, add(this.column(at), column), false);
    else this.#put(at, column, !there);
    this.#changed();
  }

  /** Counts some of a record's values as NaN or infinite that were in no bin for an unknown reason. */
  explain(step: number, kind: 'nan' | 'negativeInfinity' | 'positiveInfinity', count: number): void {
    const at = this.#rows.lowerBound(LAST_STEP, step);
    if (at === this.length || this.firstStep(at) > step) return;
    const [field, unknown] = [summaryField(kind), summaryField('unknown')];
    const taken = Math.min(count, this.#rows.get(at, unknown));
    this.#rows.set(at, field, this.#rows.get(at, field) + taken);
    this.#rows.set(at, unknown, this.#rows.get(at, unknown) - taken);
    this.version++;
  }

  /**
   * Forgets what has this step or a later one. Records that were added to earlier ones cannot be taken out again: such a
   * column ends before the step, and keeps all its counts.
   */
  purge(step: number): void {
    const start = this.#rows.lowerBound(FIRST_STEP, step);
    const isCut = start > 0 && this.lastStep(start - 1) >= step;
    if (isCut) this.#rows.set(start - 1, LAST_STEP, Math.max(step - 1, this.firstStep(start - 1)));
    if (start === this.length && !isCut) return;
    for (let column = start; column < this.length; column++) this.#unused += this.#bytesOf(column);
    this.#rows.remove(start, this.length);
    this.#changed();
  }

  /**
   * Adds neighbouring columns to each other, so that about half of them are left. Those of one record go first: columns
   * hold about equally many records each in the end.
   * @returns whether it became smaller
   */
  shrink(): boolean {
    if (this.length < 2) return false;
    const target = this.length * 0.75;
    let groups = this.#grouped();
    while (groups.length > target) {
      this.#most *= 2;
      groups = this.#grouped();
    }
    this.#rebuild(groups);
    return true;
  }

  /** All columns; where there are more than so many, neighbours are added to each other, equally many each. */
  *columns(most: number): Generator<HistogramColumn> {
    const columns = Math.min(most, this.length);
    const start = (column: number) => Math.floor((column * this.length) / columns);
    for (let column = 0; column < columns; column++) yield this.#sum(start(column), start(column + 1));
  }

  #bulkNow(lower: number, upper: number): readonly [number, number] | undefined {
    const sample = Math.min(this.length, SAMPLE);
    // From the middle of each stretch.
    const histograms = joined(
      Array.from({ length: sample }, (_, i) => this.wideBins(Math.floor(((i + 0.5) * this.length) / sample))),
    );
    const low = jointQuantile(histograms, lower);
    return Number.isNaN(low) ? undefined : [low, jointQuantile(histograms, upper)];
  }

  /** What it takes in the pool. */
  #bytesOf(column: number): number {
    const edges = this.#rows.get(column, EDGES) < 0 ? 0 : (this.#rows.get(column, BINS) + 1) * 8;
    return this.#rows.get(column, COUNTS_BYTES) + edges;
  }

  #edges(column: number): Float64Array {
    const [at, size] = [this.#rows.get(column, EDGES), this.#rows.get(column, BINS) + 1];
    if (at < 0) return DEFAULT_EDGES.subarray(-1 - at, -1 - at + size);
    return new Float64Array(this.#pool.bytes.slice(at, at + size * 8).buffer);
  }

  #put(at: number, column: HistogramColumn, insert: boolean): void {
    const { bins, summary } = column;
    if (!insert) this.#unused += this.#bytesOf(at);
    const rows = this.#rows;
    const edges = this.#keepEdges(bins.edges, at - 1);
    const counts = countCodeOf(bins);
    if (insert) rows.insert(at);
    rows.set(at, FIRST_STEP, column.step);
    rows.set(at, LAST_STEP, column.lastStep);
    rows.set(at, WALL_TIME, column.wallTime);
    rows.set(at, RECORDS, column.records);
    rows.set(at, BINS, bins.edges.length - 1);
    rows.set(at, COUNTS_AT, this.#pool.append(counts));
    rows.set(at, COUNTS_BYTES, counts.length);
    rows.set(at, EDGES, edges);
    for (let i = 0; i < SUMMARY_NAMES.length; i++) rows.set(at, SUMMARY + i, summary[SUMMARY_NAMES[i]!]);
  }

  /** @returns where the edges are, as in {@link EDGES} */
  #keepEdges(edges: Float64Array, before: number): number {
    const shared = placeInDefaultEdges(edges);
    if (shared >= 0) return -1 - shared;
    const bytes = new Uint8Array(edges.buffer, edges.byteOffset, edges.byteLength);
    if (before >= 0 && this.#rows.get(before, BINS) + 1 === edges.length) {
      const at = this.#rows.get(before, EDGES);
      if (at >= 0 && areAt(bytes, this.#pool.bytes, at)) return at;
    }
    return this.#pool.append(bytes);
  }

  /** Which columns to add to each other, as [start, end). */
  #grouped(): [number, number][] {
    const groups: [number, number][] = [];
    let records = Infinity;
    for (let column = 0; column < this.length; column++) {
      records += this.records(column);
      if (records <= this.#most) groups.at(-1)![1] = column + 1;
      else {
        groups.push([column, column + 1]);
        records = this.records(column);
      }
    }
    return groups;
  }

  #rebuild(groups: Iterable<readonly [number, number]>): void {
    const old = new HistogramSeries();
    [old.#rows, old.#pool] = [this.#rows, this.#pool];
    [this.#rows, this.#pool, this.#unused] = [new Rows(WIDTH), new BytePool(), 0];
    for (const [start, end] of groups) this.#put(this.length, old.#sum(start, end), true);
    this.#rows.trim();
    this.#pool.trim();
    this.version++;
  }

  #sum(start: number, end: number): HistogramColumn {
    let sum = this.column(start);
    for (let next = start + 1; next < end; next++) sum = add(sum, this.column(next));
    return sum;
  }

  #changed(): void {
    this.version++;
    if (this.#unused > 4096 && this.#unused > this.#pool.length / 2) {
      this.#rebuild(Array.from({ length: this.length }, (_, column) => [column, column + 1] as const));
    }
  }
}

/** The objects of a series themselves, about. */
const OVERHEAD = 600;

const add = (a: HistogramColumn, b: HistogramColumn): HistogramColumn => ({
  step: Math.min(a.step, b.step),
  lastStep: Math.max(a.lastStep, b.lastStep),
  wallTime: Math.min(a.wallTime, b.wallTime),
  records: a.records + b.records,
  bins: addBins(a.bins, b.bins),
  summary: addSummaries(a.summary, b.summary),
});

function areAt(wanted: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}
