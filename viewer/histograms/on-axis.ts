import type { TagAxis } from '../axes/tag-axis.ts';
import { nearestAt } from '../data/binary-search.ts';
import type { HistogramSeries } from '../data/histogram-series.ts';

/** Where the columns of a series lie on an axis: its functions also know columns that came since, and another unit. */
export interface OnAxis {
  /** On an axis of time: the places. None if the records have no times. Undefined on an axis of steps. */
  readonly times: Float64Array | undefined;
  /** The column at a place, or the nearest; -1 if there is none. */
  columnAt(place: number): number;
  placeOf(column: number): number;
}

export function onAxis(axis: TagAxis, run: string, series: HistogramSeries): OnAxis {
  const times = () => (axis.unit === 'step' ? undefined : axis.places(run, series));
  return {
    times: times(),
    columnAt(place) {
      const now = times();
      return now === undefined ? series.columnAt(place) : nearestAt(now, place);
    },
    placeOf: (column) => times()?.[column] ?? (axis.unit === 'step' ? series.firstStep(column) : Number.NaN),
  };
}
