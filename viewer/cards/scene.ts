import type { HistogramSeries } from '../data/histogram-series.ts';
import type { Hover, Range, View } from '../state/view-state.ts';
import type { Columns } from './columns.ts';
import type { Painter } from './painter.ts';
import type { Theme } from './theme.ts';
import type { ValueAxis } from './value-axis.ts';

/** A rectangle of a card, in CSS pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export const holds = ({ left, top, width, height }: Box, x: number, y: number): boolean =>
  x >= left && x <= left + width && y >= top && y <= top + height;

/** One run's histograms of the card's tag. */
export interface RunHistograms {
  readonly run: string;
  readonly series: HistogramSeries;
  readonly columns: Columns;
  readonly colour: string;
}

/** Everything that a picture is made from. */
export interface Scene {
  readonly tag: string;
  readonly runs: readonly RunHistograms[];
  readonly width: number;
  readonly height: number;
  /** Device pixels in a CSS pixel. */
  readonly ratio: number;
  readonly theme: Theme;
  readonly view: View;
  /** What is shown of the steps and of the values. */
  readonly steps: Range;
  readonly axis: ValueAxis;
}

/** A picture of a scene. What changes with the pointer is drawn over it, and the picture stays. */
export interface Plot {
  readonly plot: Box;
  /** Where the steps and the values stand, for zooming; a picture may have no axis of steps. */
  readonly stepAxis: Box | undefined;
  readonly valueAxis: Box;
  /** Which of them goes from left to right. */
  readonly across: 'steps' | 'values';
  /** Whether what is in the lanes of the step that is pointed at stands in the picture. */
  readonly countsLanes: boolean;
  paint(painter: Painter): void;
  /** Brush, pointer, and what they point at, as the scene's view says now. */
  paintOver(painter: Painter, view: View): void;
  /** What is at a place in the plot. */
  pick(x: number, y: number): Hover | undefined;
  /** The step or value at a place along an axis. */
  stepAt(x: number): number;
  valueAt(x: number, y: number): number;
}

/**
 * The column of the series that a view points at: of the run it names, if that is here; without a pointer the last one.
 * The series may have gone on since the scene's {@link RunHistograms.columns} were made.
 */
export function pointedAt(
  runs: readonly RunHistograms[],
  hover: Hover | undefined,
): { of: RunHistograms; column: number } | undefined {
  const of = runs.find(({ run }) => run === hover?.run) ?? runs[0];
  if (of === undefined || of.series.length === 0) return undefined;
  return { of, column: hover === undefined ? of.series.length - 1 : of.series.columnAt(hover.step) };
}
