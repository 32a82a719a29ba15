import { type Entry, type Records, RunSeries } from './run-series.ts';

let collator: Intl.Collator | undefined;

/** Numbers in names by value. The collator is made here, since an engine without Intl can import this. */
const byName = (a: string, b: string): number => {
  collator ??= new Intl.Collator('en', { numeric: true });
  return collator.compare(a, b);
};

/** Runs by name. */
export class RunList {
  readonly #runs: Map<string, RunSeries> = new Map();
  /** undefined after a new run, until {@link names} is read. */
  #names: string[] | undefined;

  /** Sorted. The array is another one after a new run. */
  get names(): readonly string[] {
    this.#names ??= [...this.#runs.keys()].sort(byName);
    return this.#names;
  }

  *entries(): Generator<Entry> {
    for (const run of this.#runs.values()) yield* run.entries();
  }

  *records(): Generator<Records> {
    for (const run of this.#runs.values()) for (const [, records] of run.records()) yield records;
  }

  /** All runs have changed. */
  changed(): void {
    for (const run of this.#runs.values()) run.version++;
  }

  get(name: string): RunSeries | undefined {
    return this.#runs.get(name);
  }

  /** Makes the run on first use. */
  of(name: string): RunSeries {
    let run = this.#runs.get(name);
    if (run === undefined) {
      run = new RunSeries();
      this.#runs.set(name, run);
      this.#names = undefined;
    }
    return run;
  }
}
