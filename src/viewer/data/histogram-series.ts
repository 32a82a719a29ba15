import type { Statistic } from '../state/view-state.ts';
import type { Bins, HistogramPoint, PointSummary } from './points.ts';

/**
 * The histograms of one tag in one run: a column a record, in the order of steps. What a column takes is bounded: when
 * there are too many, neighbours are added to each other.
 */
export interface HistogramSeries {
  /** How many columns there are. */
  readonly length: number;
  /** Changes with each change of the data. */
  readonly version: number;
  /** The first and last step of a column; the same number unless records were added to each other. */
  firstStep(column: number): number;
  lastStep(column: number): number;
  wallTime(column: number): number;
  /** How many records a column is the sum of: 1 unless there were too many. */
  records(column: number): number;
  /** Views of the series' memory, until it changes. Of a column with one record these are the record's own bins. */
  bins(column: number): Bins;
  summary(column: number): PointSummary;
  /** One number of the summary without making the rest. `zeros` and `nonFinite` are shares of the count. */
  statistic(name: Statistic, column: number): number;
  /** The column whose steps hold this one, or the nearest; -1 where there is none. */
  columnAt(step: number): number;
  /** The value below which this share (0 to 1) of what is in the bins lies, with even spread within a bin; NaN where there is nothing. */
  quantile(column: number, share: number): number;
  /** The values between these shares of all columns together: what an axis should show, whatever a few values are. */
  bulk(lower: number, upper: number): readonly [number, number] | undefined;
  add(point: HistogramPoint): void;
}
