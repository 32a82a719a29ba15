import { batch, type Signal, signal } from '@preact/signals-core';
import { Activations } from '../activation/activations.ts';
import { onChange } from '../on-change.ts';
import { AlertList } from './alert-list.ts';
import type { Alert } from './alerts.ts';
import { COUNTED_BESIDE } from './counted-beside.ts';
import { type ExactRows, exactRows } from './exact-rows.ts';
import { HistogramSeries } from './histogram-series.ts';
import { MemoryBound } from './memory-bound.ts';
import { NotShown } from './not-shown.ts';
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
import { RunList } from './run-list.ts';
import {
  type Entry,
  KINDS,
  newEntry,
  type Records,
  type RunSeries,
  type Series,
  type SeriesKind,
} from './run-series.ts';
import { ScalarSeries } from './scalar-series.ts';
import type { ScalarUpdate } from './scalar-update.ts';
import { type ScalarWant, ScalarWants } from './scalar-wants.ts';
import { StepExtent } from './step-extent.ts';

export interface StoreOptions {
  /** About the bytes that all series may take together. Default 192 MB. */
  readonly budget?: number;
  /** The alerts, if they are known already: the store then looks for no others. */
  readonly alerts?: readonly Alert[];
}

type SeriesPoint = Exclude<ViewerPoint, RestartPoint | NotShownPoint>;

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
  readonly #memory: MemoryBound;
  readonly #runs: RunList = new RunList();
  readonly #tags: ReadonlyMap<SeriesKind, Set<string>> = new Map(KINDS.map((kind) => [kind, new Set()]));
  readonly #notShown: NotShown = new NotShown();
  readonly #alerts: AlertList;
  /** Alerts about scalars that the source keeps. */
  #alertsOfSource: readonly Alert[] = [];
  /** What cards show of scalars that the source keeps. */
  readonly scalarWants: ScalarWants = new ScalarWants();
  readonly #watches: boolean;
  readonly #steps: StepExtent = new StepExtent(() => this.#runs.records());

  constructor({ budget = 192 * 2 ** 20, alerts }: StoreOptions = {}) {
    this.#memory = new MemoryBound(budget);
    this.#watches = alerts === undefined;
    this.#alerts = new AlertList(alerts);
    this.activations.listen((run) => {
      this.#runs.of(run);
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
    return this.#memory.bytes;
  }

  /** Sorted by name, numbers in names by value. */
  get runs(): readonly string[] {
    return this.#runs.names;
  }

  /** In the order in which they occurred. */
  get alerts(): readonly Alert[] {
    const { all } = this.#alerts;
    return this.#alertsOfSource.length === 0 ? all : [...all, ...this.#alertsOfSource];
  }

  /** The first and last step of all series. */
  get steps(): readonly [number, number] | undefined {
    return this.#steps.steps;
  }

  /** How many things of each kind the logs have that the viewer does not show: see {@link NotShownPoint}. */
  get notShown(): ReadonlyMap<string, number> {
    return this.#notShown.counts;
  }

  /** The points behind {@link notShown}. */
  notShownPoints(): Iterable<NotShownPoint> {
    return this.#notShown.points();
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
    yield* this.#runs.get(run)?.records() ?? [];
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
  exactScalars(
    tag: string,
    runs: readonly string[],
    [from, to]: readonly [from: number, to: number] = [-Infinity, Infinity],
  ): Promise<ReadonlyMap<string, ExactRows>> {
    const spans = runs.map((run) => ({ run, from, to }));
    return exactRows(tag, spans, this);
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
      if (this.#memory.isExceeded) {
        this.#memory.shrink(() => [...this.#runs.entries()]);
        this.#runs.changed();
      }
      this.#version.value++;
    });
  }

  /** Takes what a source sends of the scalars that it keeps. */
  takeScalars({ parts, alerts }: ScalarUpdate): void {
    batch(() => {
      for (const part of parts) {
        const { run, tag, steps } = part;
        const own = this.#runs.of(run);
        own.version++;
        const series = own.scalar;
        const entry = series.get(tag) ?? this.#newEntry(series, part, 'scalar', ScalarSeries);
        const { oldest, newest } = entry.series;
        entry.series.replace(part);
        this.#memory.measure(entry);
        if (entry.series.newest < newest || entry.series.oldest > oldest) {
          this.#shape.value++;
          this.#steps.forget();
        } else if (steps.length > 0) this.#steps.extend(steps[0]!, entry.series.newest);
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
      this.#notShown.add(point);
      return;
    }
    const run = this.#runs.of(point.run);
    run.version++;
    this.#steps.extend(point.step, point.step);
    if (point.kind === 'histogram') this.#histogram(run, point);
    else if (point.kind === 'scalar') this.#scalar(run, point);
    else if (point.kind === 'image') this.#addToList(run.image, point);
    else this.#addToList(run.text, point);
  }

  #histogram(run: RunSeries, point: HistogramPoint): void {
    const entry = this.#entry(run.histogram, point, HistogramSeries);
    entry.series.add(point);
    this.#memory.measure(entry);
    if (this.#watches) this.#alerts.add(entry.watch.histogram(point));
  }

  #scalar(run: RunSeries, point: ScalarPoint): void {
    const entry = this.#entry(run.scalar, point, ScalarSeries);
    entry.series.add(point.step, point.wallTime, point.value);
    this.#memory.measure(entry);
    if (this.#watches) this.#alerts.add(entry.watch.scalar(point));
    for (const [ending, kind] of COUNTED_BESIDE) {
      if (!point.tag.endsWith(ending) || !(point.value > 0)) continue;
      const beside = run.histogram.get(point.tag.slice(0, -ending.length));
      beside?.series.reclassifyUnknown(point.step, kind, point.value);
      const what = kind === 'nan' ? 'nan' : 'infinity';
      if (this.#watches) this.#alerts.add((beside ?? entry).watch.found(what, point.step, point.value));
    }
  }

  #addToList<P extends ImagePoint | TextPoint>(series: Map<string, Entry<PointList<P>>>, point: P): void {
    const entry = this.#entry(series, point, PointList<P>);
    entry.series.add(point);
    this.#memory.measure(entry);
  }

  /** Removes the points from this step on, and their alerts. */
  #goBack({ series }: Entry, { run, tag, step }: SeriesPoint): void {
    series.purge(step);
    this.#shape.value++;
    if (this.#watches) this.#alerts.replaced(run, tag, step);
    this.#steps.forget();
  }

  #restart({ run, step }: RestartPoint): void {
    const series = this.#runs.get(run);
    if (series === undefined) return;
    series.version++;
    for (const entry of series.entries()) {
      entry.series.purge(step);
      entry.watch.purge(step);
      this.#memory.measure(entry);
    }
    this.#alerts.restarted(run, step);
    this.#shape.value++;
    this.#steps.forget();
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
    const entry = newEntry(run, tag, new Class());
    series.set(tag, entry);
    this.#tags.get(kind)!.add(tag);
    this.#shape.value++;
    return entry;
  }
}
