import type { OnAxis } from '../../../viewer/axes/on-axis.ts';
import type { HistogramSeries } from '../../../viewer/data/histogram-series.ts';

/** A series on an axis of steps. */
export const onSteps = (series: HistogramSeries): OnAxis => ({
  times: undefined,
  columnAt: (step) => series.columnAt(step),
  placeOf: (column) => series.firstStep(column),
});
