import { nearestAt } from '../data/binary-search.ts';
import type { Records } from '../data/run-series.ts';
import type { Store } from '../data/store.ts';
import type { AxisUnit, Hover } from '../state/view-state.ts';
import { ascendingTimes, firstKnown } from './places.ts';

/** What places are made of. */
export type Timed = Pick<Records, 'version' | 'steps' | 'wallTimes'>;

/** Where records lie on an axis. */
export class RecordPlaces {
  readonly #store: Store;
  /** By run. */
  readonly #starts: Map<string, { readonly version: number; readonly start: number }> = new Map();
  readonly #made: WeakMap<Timed, { readonly key: string; readonly places: Float64Array }> = new WeakMap();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Ascending: steps, or times as {@link ascendingTimes} gives them. Empty if the records have no times. */
  of(run: string, records: Timed, unit: AxisUnit): Float64Array {
    if (unit === 'step') return records.steps;
    const start = unit === 'wall' ? 0 : this.#start(run);
    const key = `${records.version} ${start}`;
    const made = this.#made.get(records);
    if (made?.key === key) return made.places;
    const times = ascendingTimes(records.wallTimes);
    const places = start === 0 ? times : times.map((time) => time - start);
    this.#made.set(records, { key, places });
    return places;
  }

  /** The time of a run's first record, of whatever tag. */
  #start(run: string): number {
    const version = this.#store.versionOf(run);
    const made = this.#starts.get(run);
    if (made?.version === version) return made.start;
    let start = Number.POSITIVE_INFINITY;
    for (const [, { wallTimes }] of this.#store.records(run)) {
      const first = firstKnown(wallTimes);
      if (first < start) start = first;
    }
    this.#starts.set(run, { version, start });
    return start;
  }

  /** The place of a hover; undefined if its record has no time. */
  ofHover({ step, time, run, tag }: Hover, unit: AxisUnit): number | undefined {
    if (unit === 'step') return step;
    if (time !== undefined || run === undefined || tag === undefined) return time;
    const records = this.#store.histograms(run, tag) ?? this.#store.scalars(run, tag);
    if (records === undefined) return undefined;
    return this.of(run, records, unit)[nearestAt(records.steps, step)];
  }
}
