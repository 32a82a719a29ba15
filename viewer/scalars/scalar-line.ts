import type { ExactRows } from '../data/exact-rows.ts';
import type { ScalarSeries } from '../data/scalar-series.ts';
import type { Range } from '../state/view-state.ts';

/** Records of a run in the order of steps, and their places on the axis. */
export interface PlacedRecords extends Omit<ExactRows, 'smoothing'> {
  /** Of the series, when these were its records. */
  readonly version: number;
  readonly places: Float64Array;
}

/** One record: a row of some. */
export interface PlacedRecord {
  readonly of: PlacedRecords;
  readonly row: number;
}

/** The scalars of a run, as they were when they were drawn. */
export interface ScalarLine extends PlacedRecords {
  readonly run: string;
  readonly colour: string;
  readonly series: ScalarSeries;
  /** The visible points and one on either side: [from, to). */
  readonly drawn: Range;
}
