import { nearestAt } from '../data/binary-search.ts';
import type { HistogramSeries } from '../data/histogram-series.ts';
import type { TagAxis } from './tag-axis.ts';

/** Where the columns of a series lie on an axis, also those that were added since. */
export interface OnAxis {
  /** On an axis of time: the places. None if the records have no times. Undefined on an axis of steps. */
  readonly times: Float64Array | undefined;
  /** The column at a place, or the nearest; -1 if there is none. */
  columnAt(place: number): number;
  placeOf(column: number): number;
}

export function onAxis(axis: TagAxis, run: string, series: HistogramSeries): OnAxis {
  if (axis.unit === 'step') {
    return {
      times: undefined,
      columnAt: (step) => series.columnAt(step),
      placeOf: (column) => series.firstStep(column),
    };
  }
  const times = () => axis.places(run, series);
  return {
    times: times(),
    columnAt: (time) => nearestAt(times(), time),
    placeOf: (column) => times()[column] ?? Number.NaN,
  };
}
