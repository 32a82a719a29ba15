import { AlertWatch } from './alerts.ts';
import type { HistogramSeries } from './histogram-series.ts';
import type { PointList } from './point-list.ts';
import type { ImagePoint, TextPoint } from './points.ts';
import type { ScalarSeries } from './scalar-series.ts';

/** What a series consists of. */
export type SeriesKind = 'histogram' | 'scalar' | 'image' | 'text';

export const KINDS: readonly SeriesKind[] = ['histogram', 'scalar', 'image', 'text'];

/** The records of one tag in one run, in the order of steps. */
export interface Records {
  /** Increases with each change. */
  readonly version: number;
  /** The first and the last step: Infinity and -Infinity if there is none. */
  readonly oldest: number;
  readonly newest: number;
  readonly steps: Float64Array;
  /** Seconds since 1970. Unknown times may be 0 or NaN. */
  readonly wallTimes: Float64Array;
}

export interface Series extends Records {
  readonly bytes: number;
  /** Removes this step and later ones. */
  purge(step: number): void;
  /** @returns whether it became smaller */
  shrink(): boolean;
}

/** `bytes` is the size of the series when it was last measured. */
export interface Entry<S extends Series = Series> {
  readonly series: S;
  readonly watch: AlertWatch;
  bytes: number;
}

/** The series of one run, by tag. */
export class RunSeries {
  /** Increases with each change of the run. */
  version = 0;
  readonly histogram: Map<string, Entry<HistogramSeries>> = new Map();
  readonly scalar: Map<string, Entry<ScalarSeries>> = new Map();
  readonly image: Map<string, Entry<PointList<ImagePoint>>> = new Map();
  readonly text: Map<string, Entry<PointList<TextPoint>>> = new Map();

  *entries(): Generator<Entry> {
    for (const kind of KINDS) yield* this[kind].values() as Iterable<Entry>;
  }

  /** The series that have records, of any kind. */
  *records(): Generator<readonly [tag: string, records: Records]> {
    for (const kind of KINDS) {
      for (const [tag, { series }] of this[kind] as ReadonlyMap<string, Entry>) {
        if (series.oldest <= series.newest) yield [tag, series];
      }
    }
  }
}

export const newEntry = <S extends Series>(run: string, tag: string, series: S): Entry<S> => ({
  series,
  watch: new AlertWatch(run, tag),
  bytes: 0,
});
