import { lowerBound, upperBound } from './binary-search.ts';
import type { ScalarRows } from './scalar-columns.ts';
import type { ScalarSeries } from './scalar-series.ts';
import type { ScalarSpan, ScalarWants } from './scalar-wants.ts';

export interface ExactRows extends ScalarRows {
  /** Over all records of the run; empty if {@link smoothing} is 0. */
  readonly smoothed: Float64Array;
  /** The weight of the past: that of the card which shows the tag. */
  readonly smoothing: number;
}

/** What the records are read from: a store. */
export interface ExactSource {
  /** Answers for series of which the page has a part. */
  readonly scalarWants: ScalarWants;
  scalars(run: string, tag: string): ScalarSeries | undefined;
}

/** All records of a tag that are kept within spans, by run. */
export async function exactRows(
  tag: string,
  spans: readonly ScalarSpan[],
  source: ExactSource,
): Promise<ReadonlyMap<string, ExactRows>> {
  const { answer } = source.scalarWants;
  if (answer !== undefined && spans.some(({ run }) => source.scalars(run, tag)?.isPart)) {
    const { parts } = await answer({ tag, spans });
    return new Map(parts.map((part) => [part.run, part]));
  }
  const weight = source.scalarWants.of(tag)?.smoothing ?? 0;
  const found = spans.flatMap(({ run, from, to }) => {
    const series = source.scalars(run, tag);
    if (series === undefined) return [];
    const { steps, wallTimes, values } = series;
    const [begin, end] = [lowerBound(steps, from), upperBound(steps, to)];
    const within = (numbers: Float64Array) => numbers.slice(begin, end);
    const smoothed = weight > 0 ? within(series.smoothed(weight)) : new Float64Array(0);
    const rows = { steps: within(steps), wallTimes: within(wallTimes), values: within(values) };
    return [[run, { ...rows, smoothed, smoothing: weight }] as const];
  });
  return new Map(found);
}
