import type { Bins, HistogramPoint, PointSummary, ViewerPoint } from '../../../viewer/data/points.ts';

const KNOWN = { zeros: 0, nan: 0, negativeInfinity: 0, positiveInfinity: 0, below: 0, above: 0, unknown: 0 };

/** A histogram of counts between edges. Fields of its summary that are not given follow from the bins. */
export function histogramPoint(
  step: number,
  edges: readonly number[],
  counts: readonly number[],
  summary: Partial<PointSummary> = {},
  { run = 'run', tag = 'fc1' }: { run?: string; tag?: string } = {},
): HistogramPoint {
  const bins: Bins = { edges: Float64Array.from(edges), counts: Float64Array.from(counts) };
  const count = counts.reduce((sum, one) => sum + one, 0);
  const known = { ...KNOWN, count, mean: 0.5, std: 1, min: edges[0]!, max: edges.at(-1)!, ...summary };
  return { kind: 'histogram', run, tag, step, wallTime: 1000 + step, bins, summary: known };
}

/** A point with decoded counts, for comparing. */
export function counted<P extends ViewerPoint>(point: P): P {
  if (point.kind !== 'histogram') return point;
  const { edges, counts } = point.bins;
  return { ...point, bins: { edges, counts } };
}
