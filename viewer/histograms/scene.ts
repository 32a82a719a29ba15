import { notEmpty } from '../axes/ranges.ts';
import { type Marks, type Pointed, TagAxis } from '../axes/tag-axis.ts';
import type { CardContext } from '../cards/card.ts';
import type { Box } from '../cards/geometry.ts';
import type { Painter } from '../cards/painter.ts';
import { shownColour } from '../cards/run-colours.ts';
import type { Theme } from '../cards/theme.ts';
import { type ValueAxis, valueAxis } from '../cards/value-axis.ts';
import type { HistogramSeries } from '../data/histogram-series.ts';
import type { Store } from '../data/store.ts';
import type { AxisUnit, Range, View } from '../state/view-state.ts';
import { Columns } from './columns.ts';
import { type OnAxis, onAxis } from './on-axis.ts';
import { type ValueRange, valueRange } from './value-range.ts';

export interface RunHistograms extends OnAxis {
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
  readonly unit: AxisUnit;
  /** The visible part of the axis, and the brushed one, in its unit. */
  readonly steps: Range;
  readonly brush: Range | undefined;
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
  paintOver(painter: Painter, marks: Marks, pointedRun?: string): void;
  pick(x: number, y: number): Pointed | undefined;
  stepAt(x: number): number;
  valueAt(x: number, y: number): number;
}

/**
 * The column at a hover: in the hovered run, or in the first if that is not drawn; without a hover the last column. An
 * index into the series, which may have grown since {@link RunHistograms.columns} were made.
 */
export function pointedAt(
  runs: readonly RunHistograms[],
  hover: Pointed | undefined,
): { of: RunHistograms; column: number } | undefined {
  const of = runs.find(({ run }) => run === hover?.run) ?? runs[0];
  if (of === undefined || of.series.length === 0) return undefined;
  return { of, column: of.columnAt(hover?.at ?? Number.POSITIVE_INFINITY) };
}

/** Why a plot is empty. */
export function emptyText({ runs }: Scene): string {
  if (runs.every(({ series }) => series.length === 0)) return 'no histograms yet';
  return runs.every(({ columns }) => columns.length === 0)
    ? 'these histograms have no wall times'
    : 'no histograms in this range';
}

/** Growth of a series after which the axis of values is fitted again. More often would make the axis tremble. */
const GROWTH = 1.1;

/** Makes the scenes of one card, and caches what they share. */
export class SceneMaker {
  readonly stepAxis: TagAxis;
  readonly #store: Store;
  readonly #tag: string;
  readonly #run: string | undefined;
  readonly #columns: Map<HistogramSeries, Columns> = new Map();
  #fitted: { key: string; length: number; range: ValueRange } | undefined;

  constructor({ store, state, axes }: CardContext, tag: string, run: string | undefined) {
    this.stepAxis = new TagAxis(axes, state, tag);
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
    const { steps, extent } = this.stepAxis;
    return JSON.stringify([data, steps === undefined ? extent : undefined]);
  }

  /** Changes when {@link make} would give another scene because of the view, except for its steps. */
  viewKey(view: View): string {
    const brushed = view.histograms === 'heat' ? undefined : this.stepAxis.brush;
    return JSON.stringify([
      [...view.hiddenRuns],
      view.histograms,
      view.valueAxis,
      view.values.get(this.#tag),
      brushed,
      ...view.colours,
    ]);
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
    const { unit, steps = this.allSteps(runs), brush } = this.stepAxis;
    return { tag: this.#tag, runs, width, height, ratio, theme, view, unit, steps, brush, axis };
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
      return [{ run, series, colour: shownColour(run, i, view, theme.dark), ...this.#columnsOf(run, series) }];
    });
  }

  destroy(): void {
    for (const columns of this.#columns.values()) columns.release();
  }

  #columnsOf(run: string, series: HistogramSeries): OnAxis & Pick<RunHistograms, 'columns'> {
    const places = onAxis(this.stepAxis, run, series);
    let columns = this.#columns.get(series);
    if (columns === undefined || columns.version !== series.version || columns.times !== places.times) {
      columns = new Columns(series, columns, places.times);
      this.#columns.set(series, columns);
    }
    return { columns, ...places };
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

  /** All that is shown on the axis, widened so that the first and the last column are drawn whole. */
  allSteps(runs: readonly RunHistograms[]): Range {
    const lefts = runs.flatMap(({ columns }) => (columns.length > 0 ? [columns.left[0]!] : []));
    const rights = runs.flatMap(({ columns }) => (columns.length > 0 ? [columns.right[columns.length - 1]!] : []));
    const [from, to] = this.stepAxis.extent ?? [0, 0];
    return notEmpty([Math.min(from, ...lefts), Math.max(to, ...rights)]);
  }
}
