import type { Alert } from './alerts.ts';
import type { HistogramSeries } from './histogram-series.ts';
import type { ImagePoint, TextPoint, ViewerPoint } from './points.ts';
import type { ScalarSeries } from './scalar-series.ts';

/** A kind of series. */
export type SeriesKind = 'histogram' | 'scalar' | 'image' | 'text';

/** Everything that came from a source, within bounds. */
export interface Store {
  /** Changes with each change of anything. */
  readonly version: number;
  /** In the order of their names, numbers in them by their size. */
  readonly runs: readonly string[];
  readonly alerts: readonly Alert[];
  /** The tags of one kind in all runs, in the order of their first points. */
  tags(kind: SeriesKind): readonly string[];
  histograms(run: string, tag: string): HistogramSeries | undefined;
  scalars(run: string, tag: string): ScalarSeries | undefined;
  /** Sampled where there are too many. In the order of steps. */
  images(run: string, tag: string): readonly ImagePoint[];
  texts(run: string, tag: string): readonly TextPoint[];
  /** The first and last step of everything. */
  readonly steps: readonly [number, number] | undefined;
  add(points: readonly ViewerPoint[]): void;
  /** Is called after each `add`. @returns how to stop listening */
  listen(listener: () => void): () => void;
}
