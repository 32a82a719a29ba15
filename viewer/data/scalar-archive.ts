import type { ScalarTaker } from '../../src/tensorboard/index.ts';
import { AlertList } from './alert-list.ts';
import { AlertWatch } from './alerts.ts';
import { COUNTED_BESIDE } from './counted-beside.ts';
import { exponentialAverage } from './exponential-average.ts';
import { ScalarColumns } from './scalar-columns.ts';
import type { ScalarPart, ScalarUpdate } from './scalar-update.ts';
import { isSameWant, type ScalarQuestion, type ScalarWant } from './scalar-wants.ts';

export interface ArchiveOptions {
  /** About the bytes that all series may take. Default 512 MB. */
  readonly budget?: number;
  /** Up to this many scalars in all, pages get lines of every tag, wanted or not. Default 300,000. */
  readonly few?: number;
}

/** The points of a line that no card has asked for. */
const POINTS = 1024;
/** Points on each side of the steps that a card shows. */
const BESIDE = 64;
/** The most points of an update: others wait for the next one. */
const MOST_POINTS = 1 << 20;

interface Kept {
  readonly run: string;
  readonly tag: string;
  readonly columns: ScalarColumns;
  last: number;
  watch: AlertWatch | undefined;
  isChanged: boolean;
}

/**
 * All scalars of logs, as columns, in the worker that reads them. A page gets of them what its cards show: ends of all lines,
 * and lines of at most two points a pixel. A scalar replaces all of its run and tag with the same or a later step.
 */
export class ScalarArchive {
  readonly #budget: number;
  readonly #few: number;
  readonly #runs: Map<string, Map<string, Kept>> = new Map();
  readonly #takers: Map<string, ScalarTaker> = new Map();
  #changed: Kept[] = [];
  #wants: ReadonlyMap<string, ScalarWant> = new Map();
  readonly #alerts: AlertList = new AlertList();
  /** The version of the alerts that the page has. */
  #sentAlerts = 0;
  /** Scalars taken since the sizes were last measured. */
  #unmeasured = 0;
  #total = 0;

  constructor({ budget = 512 * 2 ** 20, few = 300_000 }: ArchiveOptions = {}) {
    this.#budget = budget;
    this.#few = few;
  }

  /** Whether there is something that the page has not got. */
  get hasNews(): boolean {
    return this.#changed.length > 0 || this.#alerts.version > this.#sentAlerts;
  }

  /** How many series have changed since they were last in an update. They come in this order. */
  get waiting(): number {
    return this.#changed.length;
  }

  /** Takes the scalars of a run, but for those that belong to histograms. */
  takerOf(run: string): ScalarTaker {
    let taker = this.#takers.get(run);
    if (taker === undefined) {
      const series = new Map<string, Kept>();
      this.#runs.set(run, series);
      taker = {
        scalar: (tag, step, wallTime, value) => this.#take(run, series, tag, step, wallTime, value),
        start: (step) => this.#restart(run, step),
      };
      this.#takers.set(run, taker);
    }
    return taker;
  }

  /** What the page shows from now on. Lines that are now wanted otherwise are news. */
  want(wants: readonly ScalarWant[]): void {
    const before = this.#wants;
    this.#wants = new Map(wants.map((want) => [want.tag, want]));
    for (const want of wants) {
      if (isSameWant(before.get(want.tag), want)) continue;
      for (const series of this.#runs.values()) {
        const kept = series.get(want.tag);
        if (kept !== undefined) this.#change(kept);
      }
    }
  }

  /** What has changed for the page since the last update, or a part of it: see {@link hasNews}. */
  update(): ScalarUpdate {
    const parts: ScalarPart[] = [];
    let points = 0;
    const isFew = this.#total <= this.#few;
    let next = 0;
    for (; next < this.#changed.length && points < MOST_POINTS; next++) {
      const kept = this.#changed[next]!;
      kept.isChanged = false;
      const part = lineOf(kept, this.#wants.get(kept.tag), isFew);
      points += part.steps.length;
      parts.push(part);
    }
    this.#changed = this.#changed.slice(next);
    const { version, all } = this.#alerts;
    const alerts = version > this.#sentAlerts ? [...all] : undefined;
    this.#sentAlerts = version;
    return { parts, alerts };
  }

  /** All that is kept of some runs, between two steps. */
  answer({ tag, spans }: ScalarQuestion): ScalarUpdate {
    const weight = this.#wants.get(tag)?.smoothing ?? 0;
    const parts = spans.flatMap(({ run, from, to }): ScalarPart[] => {
      const kept = this.#runs.get(run)?.get(tag);
      if (kept === undefined) return [];
      const [begin, end] = [kept.columns.lowerBound(from), endOf(kept.columns, to)];
      const rows = Array.from({ length: end - begin }, (_, i) => begin + i);
      return [partOf(kept, rows, weight)];
    });
    return { parts };
  }

  #take(run: string, series: Map<string, Kept>, tag: string, step: number, wallTime: number, value: number): boolean {
    let kept = series.get(tag);
    if (kept === undefined) {
      if (COUNTED_BESIDE.some(([ending]) => tag.endsWith(ending))) return false;
      kept = { run, tag, columns: new ScalarColumns(), last: -Infinity, watch: undefined, isChanged: false };
      series.set(tag, kept);
    }
    // NaN and infinities differ from themselves by NaN.
    if (!(step > kept.last) || value - value !== 0) this.#odd(kept, step, wallTime, value);
    kept.last = step;
    kept.columns.append(step, wallTime, value);
    if (!kept.isChanged) this.#change(kept);
    this.#total++;
    if (++this.#unmeasured > 1 << 18) this.#shrink();
    return true;
  }

  /** A scalar that gives an alert, or replaces others. */
  #odd(kept: Kept, step: number, wallTime: number, value: number): void {
    const { run, tag, columns, last } = kept;
    if (step <= last) {
      this.#total -= columns.length;
      columns.purge(step);
      this.#total += columns.length;
      this.#alerts.replaced(run, tag, step);
    }
    kept.watch ??= new AlertWatch(run, tag);
    kept.watch.passed(last);
    this.#alerts.add(kept.watch.scalar({ kind: 'scalar', run, tag, step, wallTime, value }));
  }

  #restart(run: string, step: number): void {
    for (const kept of this.#runs.get(run)!.values()) {
      const { columns } = kept;
      if (!(step <= kept.last)) continue;
      this.#total -= columns.length;
      columns.purge(step);
      this.#total += columns.length;
      kept.last = Math.min(kept.last, step - 1);
      kept.watch?.purge(step);
      this.#change(kept);
    }
    this.#alerts.restarted(run, step);
  }

  #change(kept: Kept): void {
    if (kept.isChanged) return;
    kept.isChanged = true;
    this.#changed.push(kept);
  }

  /** Halves the largest series until all are within the budget. */
  #shrink(): void {
    this.#unmeasured = 0;
    const all = [...this.#runs.values()].flatMap((series) => [...series.values()]);
    let bytes = all.reduce((sum, { columns }) => sum + columns.bytes, 0);
    if (bytes <= this.#budget) return;
    // A quarter of the budget is left for what comes.
    while (bytes > this.#budget * 0.75) {
      const largest = all.reduce((most, { columns }) => Math.max(most, columns.bytes), 0);
      let saved = 0;
      for (const kept of all) {
        const before = kept.columns.bytes;
        if (before < largest / 2) continue;
        this.#total -= kept.columns.length;
        if (kept.columns.shrink()) this.#change(kept);
        this.#total += kept.columns.length;
        saved += before - kept.columns.bytes;
      }
      if (saved === 0) return;
      bytes -= saved;
    }
  }
}

/** The first row behind a step. */
function endOf(columns: ScalarColumns, step: number): number {
  const at = columns.lowerBound(step);
  return at < columns.length && columns.step(at) === step ? at + 1 : at;
}

/** The rows for a page: the ends alone if the page shows nothing of the tag. */
function lineOf(kept: Kept, want: ScalarWant | undefined, isFew: boolean): ScalarPart {
  const { columns } = kept;
  const { length } = columns;
  if (want === undefined && !isFew) return partOf(kept, length > 1 ? [0, length - 1] : length === 1 ? [0] : [], 0);
  const { steps, points, smoothing } = want ?? { steps: undefined, points: POINTS, smoothing: 0 };
  if (steps === undefined) return partOf(kept, [...columns.thinned(0, length, points)], smoothing);
  // The points before and behind belong to lines that leave the picture.
  const begin = Math.max(0, columns.lowerBound(steps[0]) - 1);
  const end = Math.min(length, endOf(columns, steps[1]) + 1);
  const rows = [
    ...columns.thinned(0, begin, BESIDE),
    ...columns.thinned(begin, end, points),
    ...columns.thinned(end, length, BESIDE),
  ];
  return partOf(kept, rows, smoothing);
}

function partOf({ run, tag, columns }: Kept, rows: readonly number[], weight: number): ScalarPart {
  const { length: kept, logged } = columns;
  const smoothed = weight > 0 ? smoothedAt(columns, rows, weight) : new Float64Array(0);
  return { run, tag, logged, kept, ...columns.rows(rows), smoothed, smoothing: weight };
}

/** The smoothed values at some rows, over all rows before them that count. */
function smoothedAt(columns: ScalarColumns, rows: readonly number[], weight: number): Float64Array {
  const smoothed = new Float64Array(rows.length);
  const next = exponentialAverage(weight);
  let at = firstThatCounts(columns, rows[0] ?? 0, weight);
  for (let i = 0; i < rows.length; i++) {
    for (; at < rows[i]!; at++) next(columns.value(at));
    smoothed[i] = next(columns.value(at++));
  }
  return smoothed;
}

/** The first row whose weight in the average at a row is not below 2^-60, and lost in the last bit. */
function firstThatCounts(columns: ScalarColumns, row: number, weight: number): number {
  let left = Math.ceil(-60 / Math.log2(weight));
  let first = row;
  while (first > 0 && left > 0) if (Number.isFinite(columns.value(--first))) left--;
  return first;
}
