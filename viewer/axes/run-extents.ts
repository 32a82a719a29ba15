import type { Store } from '../data/store.ts';
import type { AxisUnit, Range } from '../state/view-state.ts';
import type { LastSteps } from './axis-groups.ts';
import type { RecordPlaces } from './record-places.ts';

/** The tags of one run, by their numbers. */
interface RunExtent {
  readonly key: string;
  readonly tags: Int32Array;
  /** The first and the last place of each tag. Infinity and -Infinity without a place. */
  readonly firsts: Float64Array;
  readonly lasts: Float64Array;
  /** The last step of each tag, and of all. */
  readonly ends: Float64Array;
  readonly end: number;
}

/** What each tag of each run covers of the axis. Kept by run: of a thousand runs, most do not change at a time. */
export class RunExtents {
  readonly #store: Store;
  readonly #places: RecordPlaces;
  readonly #numbers: Map<string, number> = new Map();
  readonly #names: string[] = [];
  readonly #runs: Map<string, RunExtent> = new Map();

  constructor(store: Store, places: RecordPlaces) {
    this.#store = store;
    this.#places = places;
  }

  /** The last steps of each run, from the longest run to the shortest. */
  *lastSteps(unit: AxisUnit): Generator<LastSteps> {
    const runs = this.#store.runs.map((run) => this.#of(run, unit)).sort((a, b) => b.end - a.end);
    for (const { tags, ends } of runs) {
      const steps = new Map<string, number>();
      // A tag may have scalars and histograms.
      for (let i = 0; i < tags.length; i++) {
        const tag = this.#names[tags[i]!]!;
        steps.set(tag, Math.max(ends[i]!, steps.get(tag) ?? ends[i]!));
      }
      yield steps;
    }
  }

  /** The first and the last place of each tag in some runs. */
  extents(runs: readonly string[], unit: AxisUnit): (tag: string) => Range | undefined {
    const extents = runs.map((run) => this.#of(run, unit));
    const first = new Float64Array(this.#names.length).fill(Number.POSITIVE_INFINITY);
    const last = new Float64Array(this.#names.length).fill(Number.NEGATIVE_INFINITY);
    const is = new Uint8Array(this.#names.length);
    for (const { tags, firsts, lasts } of extents) {
      for (let i = 0; i < tags.length; i++) {
        const tag = tags[i]!;
        is[tag] = 1;
        if (firsts[i]! < first[tag]!) first[tag] = firsts[i]!;
        if (lasts[i]! > last[tag]!) last[tag] = lasts[i]!;
      }
    }
    return (tag) => {
      const number = this.#numbers.get(tag);
      return number === undefined || is[number] === 0 ? undefined : [first[number]!, last[number]!];
    };
  }

  #of(run: string, unit: AxisUnit): RunExtent {
    const key = `${this.#store.versionOf(run)} ${unit}`;
    let made = this.#runs.get(run);
    if (made?.key !== key) {
      made = this.#make(run, unit, key);
      this.#runs.set(run, made);
    }
    return made;
  }

  #make(run: string, unit: AxisUnit, key: string): RunExtent {
    const records = [...this.#store.records(run)];
    const [firsts, lasts, ends] = [0, 1, 2].map(() => new Float64Array(records.length)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const tags = Int32Array.from(records, ([tag]) => this.#numberOf(tag));
    for (const [i, [, one]] of records.entries()) {
      ends[i] = one.newest;
      const places = unit === 'step' ? [one.oldest, one.newest] : this.#places.of(run, one, unit);
      firsts[i] = places[0] ?? Number.POSITIVE_INFINITY;
      lasts[i] = places[places.length - 1] ?? Number.NEGATIVE_INFINITY;
    }
    return { key, tags, firsts, lasts, ends, end: ends.reduce((most, end) => Math.max(most, end), -Infinity) };
  }

  #numberOf(tag: string): number {
    let number = this.#numbers.get(tag);
    if (number === undefined) {
      number = this.#names.push(tag) - 1;
      this.#numbers.set(tag, number);
    }
    return number;
  }
}
