import type { HistogramSeries } from '../../../viewer/data/histogram-series.ts';
import type { OnAxis } from '../../../viewer/histograms/on-axis.ts';

/** A series on an axis of steps. */
export const onSteps = (series: HistogramSeries): OnAxis => ({
  times: undefined,
  columnAt: (step) => series.columnAt(step),
  placeOf: (column) => series.firstStep(column),
});
