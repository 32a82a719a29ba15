import type { HistogramSeries } from '../data/histogram-series.ts';
import type { Store } from '../data/store.ts';
import type { Hover, Range, View } from '../state/view-state.ts';
import { Columns } from './columns.ts';
import type { Box } from './geometry.ts';
import type { Painter } from './painter.ts';
import { runColour } from './run-colours.ts';
import type { Theme } from './theme.ts';
import { type ValueAxis, valueAxis } from './value-axis.ts';
import { type ValueRange, valueRange } from './value-range.ts';

export interface RunHistograms {
  readonly run: string;
  readonly series: HistogramSeries;
  readonly columns: Columns;
  readonly colour: string;
}

export interface Scene {
  readonly tag: string;
  readonly runs: readonly RunHistograms[];
  readonly width: number;
  readonly height: number;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
  readonly theme: Theme;
  readonly view: View;
  readonly steps: Range;
  readonly axis: ValueAxis;
}

/** A plot of a scene. Brush and pointer are painted on a second canvas above it. */
export interface Plot {
  readonly plot: Box;
  /** The axes, for zooming. Curves have no axis of steps. */
  readonly stepAxis: Box | undefined;
  readonly valueAxis: Box;
  /** What the axis from left to right shows. */
  readonly across: 'steps' | 'values';
  /** Whether the plot shows the lane counts of the hovered step. */
  readonly countsLanes: boolean;
  paint(painter: Painter): void;
  /** Paints brush, pointer and the histogram under it. */
  paintOver(painter: Painter, view: View): void;
  pick(x: number, y: number): Hover | undefined;
  stepAt(x: number): number;
  valueAt(x: number, y: number): number;
}

/**
 * The column at a hover: in the hovered run, or in the first if that is not drawn; without a hover the last column. An
 * index into the series, which may have grown since {@link RunHistograms.columns} were made.
 */
export function pointedAt(
  runs: readonly RunHistograms[],
  hover: Hover | undefined,
): { of: RunHistograms; column: number } | undefined {
  const of = runs.find(({ run }) => run === hover?.run) ?? runs[0];
  if (of === undefined || of.series.length === 0) return undefined;
  return { of, column: hover === undefined ? of.series.length - 1 : of.series.columnAt(hover.step) };
}

/** Growth of a series after which the axis of values is fitted again. More often would make the axis tremble. */
const GROWTH = 1.1;

/** Makes the scenes of one card, and caches what they share. */
export class SceneMaker {
  readonly #store: Store;
  readonly #tag: string;
  readonly #run: string | undefined;
  readonly #columns: Map<HistogramSeries, Columns> = new Map();
  #fitted: { key: string; length: number; range: ValueRange } | undefined;

  constructor(store: Store, tag: string, run: string | undefined) {
    this.#store = store;
    this.#tag = tag;
    this.#run = run;
  }

  /** Changes when {@link make} would give another scene because of new data. */
  dataKey(view: View): string {
    const data = this.#store.runs.flatMap((run) => {
      const series = this.#store.histograms(run, this.#tag);
      return series === undefined || view.hiddenRuns.has(run) ? [] : [[run, series.version]];
    });
    const all = view.steps === undefined ? this.#store.steps : undefined;
    return JSON.stringify([data, all]);
  }

  /** Changes when {@link make} would give another scene because of the view, except for its steps. */
  viewKey(view: View): string {
    const brushed = view.histograms === 'heat' ? undefined : view.brush;
    return JSON.stringify([[...view.hiddenRuns], view.histograms, view.valueAxis, view.values.get(this.#tag), brushed]);
  }

  make(view: View, theme: Theme, width: number, height: number, ratio: number): Scene {
    const visible = this.#runs(view, theme);
    const runs = this.#run === undefined ? visible : visible.filter(({ run }) => run === this.#run);
    const axis = this.#axis(visible, view);
    // Hidden runs keep no decoded bins.
    for (const [series, columns] of this.#columns) {
      if (runs.some((one) => one.series === series)) continue;
      columns.release();
      this.#columns.delete(series);
    }
    return { tag: this.#tag, runs, width, height, ratio, theme, view, steps: view.steps ?? this.allSteps(runs), axis };
  }

  /** The axis of values for a view, also before it is drawn. */
  axis(view: View, theme: Theme): ValueAxis {
    return this.#axis(this.#runs(view, theme), view);
  }

  #axis(runs: readonly RunHistograms[], view: View): ValueAxis {
    const { domain, constant } = this.#fit(runs, view.valueAxis);
    return valueAxis(view.valueAxis, view.values.get(this.#tag) ?? domain, constant);
  }

  /** The visible runs that have the tag, and the run of the card even if it is hidden. */
  #runs(view: View, theme: Theme): RunHistograms[] {
    const { runs } = this.#store;
    return runs.flatMap((run, i) => {
      const series = this.#store.histograms(run, this.#tag);
      if (series === undefined || (view.hiddenRuns.has(run) && run !== this.#run)) return [];
      return [{ run, series, columns: this.#columnsOf(series), colour: runColour(i, theme.dark) }];
    });
  }

  destroy(): void {
    for (const columns of this.#columns.values()) columns.release();
  }

  #columnsOf(series: HistogramSeries): Columns {
    const made = this.#columns.get(series);
    if (made?.version === series.version) return made;
    const columns = new Columns(series, made);
    this.#columns.set(series, columns);
    return columns;
  }

  /** Fits the axis to all visible runs, even if the card shows one of them: cards of a tag stay comparable. */
  #fit(runs: readonly RunHistograms[], kind: View['valueAxis']): ValueRange {
    const key = JSON.stringify([kind, runs.map(({ run }) => run)]);
    const length = runs.reduce((sum, { series }) => sum + series.length, 0);
    const old = this.#fitted;
    if (old?.key === key && length >= old.length && length < old.length * GROWTH) return old.range;
    const all = runs.map(({ series }) => series);
    this.#fitted = { key, length, range: valueRange(all, kind) };
    return this.#fitted.range;
  }

  /** All steps of the store, widened so that the first and the last column are drawn whole. */
  allSteps(runs: readonly RunHistograms[]): Range {
    const lefts = runs.flatMap(({ columns }) => (columns.length > 0 ? [columns.left[0]!] : []));
    const rights = runs.flatMap(({ columns }) => (columns.length > 0 ? [columns.right[columns.length - 1]!] : []));
    const [from, to] = this.#store.steps ?? [0, 0];
    const all: Range = [Math.min(from, ...lefts), Math.max(to, ...rights)];
    return all[1] > all[0] ? all : [all[0] - 0.5, all[1] + 0.5];
  }
}
