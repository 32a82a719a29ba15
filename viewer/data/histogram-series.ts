import type { Statistic } from '../state/view-state.ts';
import { BytePool } from './byte-pool.ts';
import { clampBins, DEFAULT_EDGES, placeInDefaultEdges } from './clamped-bins.ts';
import { addColumns, groupByPoints, type HistogramColumn } from './histogram-column.ts';
import * as FIELD from './histogram-row.ts';
import { countCodeOf, decodeCounts } from './packed-bins.ts';
import { type Bins, type HistogramPoint, type PointSummary, SUMMARY_NAMES } from './points.ts';
import { jointQuantiles, quantileOf } from './quantiles.ts';
import { Rows } from './rows.ts';

const SAMPLE = 64;
/** About how many bytes the objects of an empty series take. */
const OVERHEAD = 600;

/**
 * The histograms of one tag in one run: a column per point, in the order of steps. {@link shrink} adds neighbours, which
 * halves the memory.
 *
 * A column is a row of numbers, and bytes in a pool:
 *
 *     rows   | first step | last step | … | bins | counts at, bytes | edges at | count | mean | … |
 *     pool   … | edges, 8 bytes each, unless default ones or those of the column before | counts (packed-bins.ts) | …
 */
export class HistogramSeries {
  /** Increases with each change. */
  version = 0;
  #rows: Rows = new Rows(FIELD.WIDTH);
  #pool: BytePool = new BytePool();
  /** At most this many bytes of the pool are unused: another column may use the same edges. */
  #unused = 0;
  /** Neighbours with more points than this together are not added. */
  #most = 1;
  #bulk: { key: string; values: readonly [number, number] | undefined } | undefined;

  /** The number of columns. */
  get length(): number {
    return this.#rows.length;
  }

  /** About how many bytes the series takes. */
  get bytes(): number {
    return OVERHEAD + this.#rows.capacity + this.#pool.capacity;
  }

  /** The first step of a column; also its last one, unless points were added. */
  firstStep(column: number): number {
    return this.#rows.get(column, FIELD.FIRST_STEP);
  }

  lastStep(column: number): number {
    return this.#rows.get(column, FIELD.LAST_STEP);
  }

  /** The first step of each column. */
  get steps(): Float64Array {
    return Float64Array.from({ length: this.length }, (_, column) => this.firstStep(column));
  }

  /** The first step of all; Infinity if there is none. */
  get oldest(): number {
    return this.length === 0 ? Infinity : this.firstStep(0);
  }

  /** The last step of all; -Infinity if there is none. */
  get newest(): number {
    return this.length === 0 ? -Infinity : this.lastStep(this.length - 1);
  }

  /** The time of a column's first point, in seconds since 1970. */
  wallTime(column: number): number {
    return this.#rows.get(column, FIELD.WALL_TIME);
  }

  /** The {@link wallTime} of each column. */
  get wallTimes(): Float64Array {
    return Float64Array.from({ length: this.length }, (_, column) => this.wallTime(column));
  }

  /** The number of points that a column is the sum of. */
  points(column: number): number {
    return this.#rows.get(column, FIELD.POINTS);
  }

  /**
   * The bins of a column, without empty ones at the ends; the outermost are no wider than their values. Do not write to the edges.
   * @param buffer the counts are written to its start, if they fit: for reading many columns one after another. 1548 numbers
   *   are enough for the default edges.
   */
  bins(column: number, buffer?: Float64Array): Bins {
    return clampBins(
      this.wideBins(column, buffer),
      this.#rows.get(column, FIELD.MIN),
      this.#rows.get(column, FIELD.MAX),
    );
  }

  /** Like {@link bins}, but the outermost keep their width, so that bins can be added. */
  wideBins(column: number, buffer?: Float64Array): Bins {
    const size = this.#rows.get(column, FIELD.BINS);
    const counts = buffer !== undefined && buffer.length >= size ? buffer.subarray(0, size) : new Float64Array(size);
    decodeCounts(this.#pool.bytes, this.#rows.get(column, FIELD.COUNTS_AT), counts);
    return { edges: this.#edges(column), counts };
  }

  column(column: number): HistogramColumn {
    return {
      step: this.firstStep(column),
      lastStep: this.lastStep(column),
      wallTime: this.wallTime(column),
      points: this.points(column),
      bins: this.wideBins(column),
      summary: this.summary(column),
    };
  }

  summary(column: number): PointSummary {
    const summary = {} as Record<keyof PointSummary, number>;
    SUMMARY_NAMES.forEach((name, i) => {
      summary[name] = this.#rows.get(column, FIELD.SUMMARY + i);
    });
    return summary;
  }

  /** One number of {@link summary}, without the object. */
  summaryNumber(name: keyof PointSummary, column: number): number {
    return this.#rows.get(column, FIELD.summaryField(name));
  }

  /** A number for the overview. `zeros` and `nonFinite` (NaN and infinities) are shares of the count; NaN if unknown. */
  statistic(name: Statistic, column: number): number {
    const rows = this.#rows;
    if (name === 'zeros') return rows.get(column, FIELD.ZEROS) / rows.get(column, FIELD.COUNT);
    if (name !== 'nonFinite') return rows.get(column, FIELD.summaryField(name));
    const nonFinite = rows.get(column, FIELD.NAN) + rows.get(column, FIELD.NAN + 1) + rows.get(column, FIELD.NAN + 2);
    return nonFinite / rows.get(column, FIELD.COUNT);
  }

  /** The column of a step, or the nearest; -1 if there is none. */
  columnAt(step: number): number {
    const after = this.#rows.lowerBound(FIELD.LAST_STEP, step);
    if (after === 0 || after === this.length) return after === 0 && this.length > 0 ? 0 : after - 1;
    return this.firstStep(after) - step < step - this.lastStep(after - 1) ? after : after - 1;
  }

  /** The value below which this share (0 to 1) of the values in the bins lies; NaN if there are none. */
  quantile(column: number, share: number): number {
    return quantileOf(this.bins(column), share);
  }

  /** The bins of at most 64 columns, evenly spaced. */
  sample(): Bins[] {
    const { length } = this;
    const sample = Math.min(length, SAMPLE);
    return Array.from({ length: sample }, (_, i) => this.wideBins(Math.floor(((i + 0.5) * length) / sample)));
  }

  /**
   * The quantiles of all columns together, by a sample of 64: the range for an axis, regardless of outliers. Undefined if
   * no value is in a bin.
   */
  bulk(lower: number, upper: number): readonly [number, number] | undefined {
    const key = `${this.version} ${lower} ${upper}`;
    if (this.#bulk?.key !== key) {
      this.#bulk = { key, values: jointQuantiles(this.sample(), lower, upper) };
    }
    return this.#bulk.values;
  }

  /** Inserts a point by its step. It replaces one of the same step, or is added to a column of several points. */
  add(point: Omit<HistogramPoint, 'kind' | 'run' | 'tag'>): void {
    const at = this.#rows.lowerBound(FIELD.LAST_STEP, point.step);
    const column = { lastStep: point.step, points: 1, ...point };
    const there = at < this.length && this.firstStep(at) <= point.step;
    if (there && this.points(at) > 1) this.#put(at, addColumns(this.column(at), column), false);
    else this.#put(at, column, !there);
    this.#changed();
  }

  /** Moves up to `count` values of a point from `unknown` to NaN or an infinity. */
  reclassifyUnknown(step: number, kind: 'nan' | 'negativeInfinity' | 'positiveInfinity', count: number): void {
    const at = this.#rows.lowerBound(FIELD.LAST_STEP, step);
    if (at === this.length || this.firstStep(at) > step) return;
    const [field, unknown] = [FIELD.summaryField(kind), FIELD.summaryField('unknown')];
    const taken = Math.min(count, this.#rows.get(at, unknown));
    this.#rows.set(at, field, this.#rows.get(at, field) + taken);
    this.#rows.set(at, unknown, this.#rows.get(at, unknown) - taken);
    this.version++;
  }

  /** Removes this step and later ones. A column that earlier points were added to keeps all counts, and ends before it. */
  purge(step: number): void {
    const start = this.#rows.lowerBound(FIELD.FIRST_STEP, step);
    const isCut = start > 0 && this.lastStep(start - 1) >= step;
    if (isCut) this.#rows.set(start - 1, FIELD.LAST_STEP, Math.max(step - 1, this.firstStep(start - 1)));
    if (start === this.length && !isCut) return;
    for (let column = start; column < this.length; column++) this.#unused += this.#bytesOf(column);
    this.#rows.remove(start, this.length);
    this.#changed();
  }

  /**
   * Adds neighbouring columns, so that about half of them are left. Those of few points go first: in the end all hold about
   * equally many.
   * @returns whether it became smaller
   */
  shrink(): boolean {
    if (this.length < 2) return false;
    const points = Array.from({ length: this.length }, (_, column) => this.points(column));
    let groups = groupByPoints(points, this.#most);
    while (groups.length > this.length * 0.75) {
      this.#most *= 2;
      groups = groupByPoints(points, this.#most);
    }
    this.#rebuild(groups);
    return true;
  }

  /** At most this many columns: sums of neighbours, equally many each. */
  *columns(most: number): Generator<HistogramColumn> {
    const columns = Math.min(most, this.length);
    const start = (column: number) => Math.floor((column * this.length) / columns);
    for (let column = 0; column < columns; column++) yield this.#sum(start(column), start(column + 1));
  }

  #bytesOf(column: number): number {
    const edges = this.#rows.get(column, FIELD.EDGES) < 0 ? 0 : (this.#rows.get(column, FIELD.BINS) + 1) * 8;
    return this.#rows.get(column, FIELD.COUNTS_BYTES) + edges;
  }

  #edges(column: number): Float64Array {
    const [at, size] = [this.#rows.get(column, FIELD.EDGES), this.#rows.get(column, FIELD.BINS) + 1];
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
    rows.set(at, FIELD.FIRST_STEP, column.step);
    rows.set(at, FIELD.LAST_STEP, column.lastStep);
    rows.set(at, FIELD.WALL_TIME, column.wallTime);
    rows.set(at, FIELD.POINTS, column.points);
    rows.set(at, FIELD.BINS, bins.edges.length - 1);
    rows.set(at, FIELD.COUNTS_AT, this.#pool.append(counts));
    rows.set(at, FIELD.COUNTS_BYTES, counts.length);
    rows.set(at, FIELD.EDGES, edges);
    for (let i = 0; i < SUMMARY_NAMES.length; i++) rows.set(at, FIELD.SUMMARY + i, summary[SUMMARY_NAMES[i]!]);
  }

  /** @returns the place of the edges, as in `EDGES` of histogram-row.ts */
  #keepEdges(edges: Float64Array, before: number): number {
    const shared = placeInDefaultEdges(edges);
    if (shared >= 0) return -1 - shared;
    const bytes = new Uint8Array(edges.buffer, edges.byteOffset, edges.byteLength);
    if (before >= 0 && this.#rows.get(before, FIELD.BINS) + 1 === edges.length) {
      const at = this.#rows.get(before, FIELD.EDGES);
      if (at >= 0 && this.#pool.holds(bytes, at)) return at;
    }
    return this.#pool.append(bytes);
  }

  #rebuild(groups: Iterable<readonly [number, number]>): void {
    const old = new HistogramSeries();
    [old.#rows, old.#pool] = [this.#rows, this.#pool];
    [this.#rows, this.#pool, this.#unused] = [new Rows(FIELD.WIDTH), new BytePool(), 0];
    for (const [start, end] of groups) this.#put(this.length, old.#sum(start, end), true);
    this.#rows.trim();
    this.#pool.trim();
    this.version++;
  }

  #sum(start: number, end: number): HistogramColumn {
    let sum = this.column(start);
    for (let next = start + 1; next < end; next++) sum = addColumns(sum, this.column(next));
    return sum;
  }

  #changed(): void {
    this.version++;
    if (this.#unused > 4096 && this.#unused > this.#pool.length / 2) {
      this.#rebuild(Array.from({ length: this.length }, (_, column) => [column, column + 1] as const));
    }
  }
}
