import { batch, type Signal, signal } from '@preact/signals-core';
import { Activations } from '../activation/activations.ts';
import { onChange } from '../on-change.ts';
import { type Alert, AlertWatch } from './alerts.ts';
import { lowerBound, upperBound } from './binary-search.ts';
import { COUNTED_BESIDE } from './counted-beside.ts';
import { HistogramSeries } from './histogram-series.ts';
import { PointList } from './point-list.ts';
import type {
  HistogramPoint,
  ImagePoint,
  NotShownPoint,
  RestartPoint,
  ScalarPoint,
  TextPoint,
  ViewerPoint,
} from './points.ts';
import type { ScalarRows } from './scalar-columns.ts';
import { ScalarSeries } from './scalar-series.ts';
import type { ScalarUpdate } from './scalar-update.ts';
import { type ScalarWant, ScalarWants } from './scalar-wants.ts';

/** What a series consists of. */
export type SeriesKind = 'histogram' | 'scalar' | 'image' | 'text';

export interface StoreOptions {
  /** About the bytes that all series may take together. Default 192 MB. */
  readonly budget?: number;
  /** The alerts, if they are known already: the store then looks for no others. */
  readonly alerts?: readonly Alert[];
}

type SeriesPoint = Exclude<ViewerPoint, RestartPoint | NotShownPoint>;

/** The records of one tag in one run, in the order of steps. */
export interface Records {
  /** Increases with each change. */
  readonly version: number;
  /** The first and the last step: Infinity and -Infinity if there is none. */
  readonly oldest: number;
  readonly newest: number;
  readonly steps: Float64Array;
  /** Seconds since 1970. Unknown times may be 0 or NaN. */
  readonly wallTimes: Float64Array;
}

interface Series extends Records {
  readonly bytes: number;
  purge(step: number): void;
  shrink(): boolean;
}

/** `bytes` is the size of the series when it was last measured. */
interface Entry<S extends Series = Series> {
  readonly series: S;
  readonly watch: AlertWatch;
  bytes: number;
}

interface RunSeries {
  /** Increases with each change of the run. */
  version: number;
  readonly histogram: Map<string, Entry<HistogramSeries>>;
  readonly scalar: Map<string, Entry<ScalarSeries>>;
  readonly image: Map<string, Entry<PointList<ImagePoint>>>;
  readonly text: Map<string, Entry<PointList<TextPoint>>>;
}

export const KINDS: readonly SeriesKind[] = ['histogram', 'scalar', 'image', 'text'];

/**
 * The data from a source. As in TensorBoard, a point replaces all earlier ones of its run and tag with the same or a later
 * step: they were logged before a crash, and the run resumed from a checkpoint. Memory is bounded: over budget, the largest
 * series shrink, histograms by adding neighbours.
 */
export class Store {
  /** The single outputs that live sources and recordings offer. They are read when they are shown. */
  readonly activations: Activations = new Activations();
  readonly #version: Signal<number> = signal(0);
  readonly #shape: Signal<number> = signal(0);
  readonly #budget: number;
  readonly #runs: Map<string, RunSeries> = new Map();
  readonly #tags: ReadonlyMap<SeriesKind, Set<string>> = new Map(KINDS.map((kind) => [kind, new Set()]));
  /** undefined after a new run, until {@link runs} is read. */
  #names: string[] | undefined;
  /** By what they are, then by run and tag. */
  readonly #notShown: Map<string, Map<string, NotShownPoint>> = new Map();
  #alerts: Alert[];
  /** Alerts about scalars that the source keeps. */
  #alertsOfSource: readonly Alert[] = [];
  /** What cards show of scalars that the source keeps. */
  readonly scalarWants: ScalarWants = new ScalarWants();
  readonly #watches: boolean;
  /** 'unknown' after a removal, until {@link steps} is read. */
  #steps: readonly [number, number] | undefined | 'unknown';
  #bytes = 0;
  /** The next series to shrink, the largest last. */
  #large: Entry[] = [];
  /** Series shrink when `bytes` exceeds this. */
  #limit: number;

  constructor({ budget = 192 * 2 ** 20, alerts }: StoreOptions = {}) {
    this.#budget = budget;
    this.#limit = budget;
    this.#watches = alerts === undefined;
    this.#alerts = [...(alerts ?? [])];
    this.activations.listen((run) => {
      this.#run(run);
      this.#shape.value++;
      this.#version.value++;
    });
  }

  /** Increases with each change. */
  get version(): number {
    return this.#version.value;
  }

  /** Increases when a series is added or loses points. */
  get shape(): number {
    return this.#shape.value;
  }

  /** About the memory that all series take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Sorted by name, numbers in names by value. */
  get runs(): readonly string[] {
    this.#names ??= [...this.#runs.keys()].sort(BY_NAME.compare);
    return this.#names;
  }

  /** In the order in which they occurred. */
  get alerts(): readonly Alert[] {
    return this.#alertsOfSource.length === 0 ? this.#alerts : [...this.#alerts, ...this.#alertsOfSource];
  }

  /** The first and last step of all series. */
  get steps(): readonly [number, number] | undefined {
    if (this.#steps === 'unknown') this.#steps = this.#stepsNow();
    return this.#steps;
  }

  /** How many things of each kind the logs have that the viewer does not show: see {@link NotShownPoint}. */
  get notShown(): ReadonlyMap<string, number> {
    return new Map([...this.#notShown].map(([what, points]) => [what, points.size]));
  }

  /** The points behind {@link notShown}. */
  *notShownPoints(): Generator<NotShownPoint> {
    for (const points of this.#notShown.values()) yield* points.values();
  }

  /** The tags of all runs, in the order of their first points. */
  tags(kind: SeriesKind): readonly string[] {
    return [...this.#tags.get(kind)!];
  }

  /** Increases with each change of a run; 0 for a run that is not there. */
  versionOf(run: string): number {
    return this.#runs.get(run)?.version ?? 0;
  }

  /** All series of a run that have records, of any kind. */
  *records(run: string): Generator<readonly [tag: string, records: Records]> {
    const series = this.#runs.get(run);
    if (series === undefined) return;
    for (const kind of KINDS) {
      for (const [tag, entry] of series[kind] as ReadonlyMap<string, Entry>) {
        if (entry.series.oldest <= entry.series.newest) yield [tag, entry.series];
      }
    }
  }

  histograms(run: string, tag: string): HistogramSeries | undefined {
    return this.#runs.get(run)?.histogram.get(tag)?.series;
  }

  scalars(run: string, tag: string): ScalarSeries | undefined {
    return this.#runs.get(run)?.scalar.get(tag)?.series;
  }

  /**
   * Says what a card shows of a tag, so that {@link scalars} has at most two points a pixel of what a source keeps, and the
   * points that matter. Without it there may be the first and the last point alone.
   */
  showScalars(want: ScalarWant): void {
    this.scalarWants.set(want);
  }

  /** The card is closed. */
  hideScalars(tag: string): void {
    this.scalarWants.delete(tag);
  }

  /** All numbers of some runs that are kept, between two steps, both included. */
  async exactScalars(
    tag: string,
    runs: readonly string[],
    [from, to]: readonly [from: number, to: number] = [-Infinity, Infinity],
  ): Promise<ReadonlyMap<string, ScalarRows & { readonly smoothed: Float64Array }>> {
    const { answer } = this.scalarWants;
    const isPart = runs.some((run) => {
      const series = this.scalars(run, tag);
      return series !== undefined && series.kept > series.length;
    });
    if (answer !== undefined && isPart) {
      const { parts } = await answer({ tag, runs, from, to });
      return new Map(parts.map((part) => [part.run, part]));
    }
    const weight = this.scalarWants.of(tag)?.smoothing ?? 0;
    const found = runs.flatMap((run) => {
      const series = this.scalars(run, tag);
      if (series === undefined) return [];
      const { steps, wallTimes, values } = series;
      const [begin, end] = [lowerBound(steps, from), upperBound(steps, to)];
      const within = (numbers: Float64Array) => numbers.slice(begin, end);
      const smoothed = within(series.smoothed(weight));
      return [[run, { steps: within(steps), wallTimes: within(wallTimes), values: within(values), smoothed }] as const];
    });
    return new Map(found);
  }

  /** At most ten, spread over all steps, in order. */
  images(run: string, tag: string): readonly ImagePoint[] {
    return this.#runs.get(run)?.image.get(tag)?.series.points ?? [];
  }

  /** At most ten, like {@link images}. */
  texts(run: string, tag: string): readonly TextPoint[] {
    return this.#runs.get(run)?.text.get(tag)?.series.points ?? [];
  }

  add(points: readonly ViewerPoint[]): void {
    if (points.length === 0) return;
    batch(() => {
      for (const point of points) this.#add(point);
      if (this.#bytes > this.#limit) this.#shrink();
      this.#version.value++;
    });
  }

  /** Takes what a source sends of the scalars that it keeps. */
  takeScalars({ parts, alerts }: ScalarUpdate): void {
    batch(() => {
      for (const part of parts) {
        const { run, tag, steps } = part;
        const own = this.#run(run);
        own.version++;
        const series = own.scalar;
        const entry = series.get(tag) ?? this.#newEntry(series, part, 'scalar', ScalarSeries);
        const { newest } = entry.series;
        entry.series.replace(part);
        this.#measure(entry);
        if (entry.series.newest < newest) {
          this.#shape.value++;
          this.#steps = 'unknown';
        } else if (steps.length > 0) this.#extend(steps[0]!, entry.series.newest);
      }
      if (alerts !== undefined) this.#alertsOfSource = alerts;
      this.#version.value++;
    });
  }

  /** Calls the listener after each `add`. @returns a function that stops this */
  listen(listener: () => void): () => void {
    return onChange(this.#version, listener);
  }

  #add(point: ViewerPoint): void {
    if (point.kind === 'restart') {
      this.#restart(point);
      return;
    }
    if (point.kind === 'notShown') {
      const { what } = point;
      const points = this.#notShown.get(what) ?? new Map();
      this.#notShown.set(what, points.set(JSON.stringify([point.run, point.tag]), point));
      return;
    }
    const run = this.#run(point.run);
    run.version++;
    this.#extend(point.step, point.step);
    if (point.kind === 'histogram') this.#histogram(run, point);
    else if (point.kind === 'scalar') this.#scalar(run, point);
    else if (point.kind === 'image') this.#addToList(run.image, point);
    else this.#addToList(run.text, point);
  }

  /** Extends {@link steps}. */
  #extend(from: number, to: number): void {
    if (this.#steps === 'unknown') return;
    const [first, last] = this.#steps ?? [Infinity, -Infinity];
    if (from < first || to > last) this.#steps = [Math.min(first, from), Math.max(last, to)];
  }

  #histogram(run: RunSeries, point: HistogramPoint): void {
    const entry = this.#entry(run.histogram, point, HistogramSeries);
    entry.series.add(point);
    this.#measure(entry);
    if (this.#watches) this.#alerts.push(...entry.watch.histogram(point));
  }

  #scalar(run: RunSeries, point: ScalarPoint): void {
    const entry = this.#entry(run.scalar, point, ScalarSeries);
    entry.series.add(point.step, point.wallTime, point.value);
    this.#measure(entry);
    if (this.#watches) this.#alerts.push(...entry.watch.scalar(point));
    for (const [ending, kind] of COUNTED_BESIDE) {
      if (!point.tag.endsWith(ending) || !(point.value > 0)) continue;
      const beside = run.histogram.get(point.tag.slice(0, -ending.length));
      beside?.series.reclassifyUnknown(point.step, kind, point.value);
      const what = kind === 'nan' ? 'nan' : 'infinity';
      if (this.#watches) this.#alerts.push(...(beside ?? entry).watch.found(what, point.step, point.value));
    }
  }

  #addToList<P extends ImagePoint | TextPoint>(series: Map<string, Entry<PointList<P>>>, point: P): void {
    const entry = this.#entry(series, point, PointList<P>);
    entry.series.add(point);
    this.#measure(entry);
  }

  /** Removes the points from this step on, and their alerts. */
  #goBack({ series }: Entry, { run, tag, step }: SeriesPoint): void {
    series.purge(step);
    this.#shape.value++;
    const isOver = (alert: Alert) =>
      alert.run === run && alert.tag === tag && alert.step >= step && alert.kind !== 'backwards';
    if (this.#watches && this.#alerts.some(isOver)) this.#alerts = this.#alerts.filter((alert) => !isOver(alert));
    this.#steps = 'unknown';
  }

  #restart({ run, step }: RestartPoint): void {
    const series = this.#runs.get(run);
    if (series === undefined) return;
    series.version++;
    for (const entry of entriesOf(series)) {
      entry.series.purge(step);
      entry.watch.purge(step);
      this.#measure(entry);
    }
    this.#alerts = this.#alerts.filter((alert) => alert.run !== run || alert.step < step);
    this.#shape.value++;
    this.#steps = 'unknown';
  }

  #run(name: string): RunSeries {
    let run = this.#runs.get(name);
    if (run === undefined) {
      run = { version: 0, histogram: new Map(), scalar: new Map(), image: new Map(), text: new Map() };
      this.#runs.set(name, run);
      this.#names = undefined;
    }
    return run;
  }

  /** The series of a point, made on first use, without the points that the new one replaces. */
  #entry<S extends Series>(series: Map<string, Entry<S>>, point: SeriesPoint, Class: new () => S): Entry<S> {
    const entry = series.get(point.tag) ?? this.#newEntry(series, point, point.kind, Class);
    if (point.step <= entry.series.newest) this.#goBack(entry, point);
    return entry;
  }

  #newEntry<S extends Series>(
    series: Map<string, Entry<S>>,
    { run, tag }: { readonly run: string; readonly tag: string },
    kind: SeriesKind,
    Class: new () => S,
  ): Entry<S> {
    const entry = { series: new Class(), watch: new AlertWatch(run, tag), bytes: 0 };
    series.set(tag, entry);
    this.#tags.get(kind)!.add(tag);
    this.#shape.value++;
    return entry;
  }

  #measure(entry: Entry): void {
    this.#bytes -= entry.bytes;
    entry.bytes = entry.series.bytes;
    this.#bytes += entry.bytes;
  }

  /** Shrinks the largest series, one at a time, until all are within the budget. */
  #shrink(): void {
    let tried = 0;
    while (this.#bytes > this.#budget) {
      if (this.#large.length === 0) {
        const entries = [...this.#runs.values()].flatMap((run) => [...entriesOf(run)]);
        if (tried >= entries.length) break;
        const largest = entries.reduce((most, { bytes }) => Math.max(most, bytes), 0);
        // All from half of the largest up, so that they are not sorted again for each point.
        this.#large = entries.filter(({ bytes }) => bytes >= largest / 2).sort((a, b) => a.bytes - b.bytes);
      }
      const entry = this.#large.pop()!;
      tried = entry.series.shrink() ? 0 : tried + 1;
      this.#measure(entry);
    }
    for (const run of this.#runs.values()) run.version++;
    // Series that cannot shrink are not tried again with each point.
    this.#limit = this.#bytes > this.#budget ? this.#bytes * 1.1 : this.#budget;
  }

  #stepsNow(): readonly [number, number] | undefined {
    let [first, last] = [Infinity, -Infinity];
    for (const run of this.#runs.keys()) {
      for (const [, { oldest, newest }] of this.records(run)) {
        first = Math.min(first, oldest);
        last = Math.max(last, newest);
      }
    }
    return first <= last ? [first, last] : undefined;
  }
}

const BY_NAME = new Intl.Collator('en', { numeric: true });

function* entriesOf(run: RunSeries): Generator<Entry> {
  for (const kind of KINDS) yield* run[kind].values() as Iterable<Entry>;
}
