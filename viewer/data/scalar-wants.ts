import type { ScalarUpdate } from './scalar-update.ts';

/** What a card shows of a tag. */
export interface ScalarWant {
  readonly tag: string;
  /** The steps that are drawn; undefined for all. */
  readonly steps: readonly [number, number] | undefined;
  /** At most about this many points of each run within them. */
  readonly points: number;
  /** The weight of the past in smoothed values; 0 for none. */
  readonly smoothing: number;
}

/** The records of a run between two steps, both included. */
export interface ScalarSpan {
  readonly run: string;
  readonly from: number;
  readonly to: number;
}

/** A question for exact records. */
export interface ScalarQuestion {
  readonly tag: string;
  readonly spans: readonly ScalarSpan[];
}

export const isSameWant = (a: ScalarWant | undefined, b: ScalarWant): boolean =>
  a !== undefined &&
  a.steps?.[0] === b.steps?.[0] &&
  a.steps?.[1] === b.steps?.[1] &&
  a.points === b.points &&
  a.smoothing === b.smoothing;

/** What cards show of the scalars that a source keeps: the seam between a viewer and that source. */
export class ScalarWants {
  readonly #wants: Map<string, ScalarWant> = new Map();
  readonly #listeners: Set<() => void> = new Set();
  /** Answers questions, while a source that keeps scalars is connected. */
  answer: ((question: ScalarQuestion) => Promise<ScalarUpdate>) | undefined;

  get all(): readonly ScalarWant[] {
    return [...this.#wants.values()];
  }

  of(tag: string): ScalarWant | undefined {
    return this.#wants.get(tag);
  }

  set(want: ScalarWant): void {
    if (isSameWant(this.#wants.get(want.tag), want)) return;
    this.#wants.set(want.tag, want);
    this.#changed();
  }

  delete(tag: string): void {
    if (this.#wants.delete(tag)) this.#changed();
  }

  /** Replaces all wants. */
  replace(wants: readonly ScalarWant[]): void {
    this.#wants.clear();
    for (const want of wants) this.#wants.set(want.tag, want);
    this.#changed();
  }

  /** @returns a function that stops listening */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Where a source gives the scalars that it keeps. */
export interface ScalarListener {
  readonly wants: ScalarWants;
  /** If it returns a promise, the source waits for it before it gives more. */
  take(update: ScalarUpdate): void | Promise<void>;
}
