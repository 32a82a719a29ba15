import type { Activation, Want } from './activation.ts';
import type { Picture } from './layout.ts';
import { ValueRing } from './value-ring.ts';

/** What cards want to see. A source reads nothing else. */
export class Wants {
  readonly #wants: Map<number, Want> = new Map();
  readonly #listeners: Set<() => void> = new Set();

  get all(): readonly Want[] {
    return [...this.#wants.values()];
  }

  /** Replaces all wants. */
  replace(wants: readonly Want[]): void {
    this.#wants.clear();
    for (const want of wants) this.#wants.set(want.id, want);
    this.#changed();
  }

  set(want: Want): void {
    this.#wants.set(want.id, want);
    this.#changed();
  }

  delete(id: number): void {
    if (this.#wants.delete(id)) this.#changed();
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

/** Where a source gives single outputs. No method is called from inside a forward. */
export interface ActivationListener {
  readonly wants: Wants;
  /** Whether the listener takes nothing else: no points. */
  readonly only?: boolean;
  /** Announces a tensor that can be asked for. Repeated offers change nothing. */
  offer(run: string, tag: string): void;
  /** Takes what was wanted. If it returns a promise, the source waits before it reads the next one. */
  take(activation: Activation): void | Promise<void>;
}

/** What is kept of one tensor of a run, also while no card shows it. */
export interface Kept {
  last: Activation | undefined;
  /** The followed unit, and its values. */
  unit: readonly number[] | undefined;
  ring: ValueRing;
}

/** One card's view of an output. */
export interface Subscription {
  readonly kept: Kept;
  /** Asks for a picture; undefined withdraws, so that nothing is read. */
  want(picture: Picture | undefined): void;
  /** Follows another unit, or none. */
  follow(unit: readonly number[] | undefined): void;
}

/** Unique in the page, since several viewers may watch one source. */
let made = 0;

/** The outputs that sources offer, and those that cards have asked for. */
export class Activations implements ActivationListener {
  /** While it holds, what cards show stays: the user has paused the viewer. */
  isHeld = false;
  readonly only: boolean;
  readonly wants: Wants = new Wants();
  readonly #offers: Map<string, Set<string>> = new Map();
  readonly #kept: Map<string, Kept> = new Map();
  readonly #takers: Map<number, (activation: Activation) => void> = new Map();
  readonly #listeners: Set<(run: string) => void> = new Set();

  constructor({ only = false }: { only?: boolean } = {}) {
    this.only = only;
  }

  /** The tags that are offered, with the runs of each. */
  get offers(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#offers;
  }

  offer(run: string, tag: string): void {
    let runs = this.#offers.get(tag);
    if (runs === undefined) {
      runs = new Set();
      this.#offers.set(tag, runs);
    }
    if (runs.has(run)) return;
    runs.add(run);
    for (const listener of [...this.#listeners]) listener(run);
  }

  take(activation: Activation): void {
    if (this.isHeld) return;
    // None if it was withdrawn meanwhile.
    this.#takers.get(activation.want)?.(activation);
  }

  /** Calls the listener after each new offer, with its run. @returns a function that stops this */
  listen(listener: (run: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #keptOf(run: string, tag: string): Kept {
    const key = JSON.stringify([run, tag]);
    let kept = this.#kept.get(key);
    if (kept === undefined) {
      kept = { last: undefined, unit: undefined, ring: new ValueRing() };
      this.#kept.set(key, kept);
    }
    return kept;
  }

  subscribe(run: string, tag: string, onActivation: (activation: Activation) => void): Subscription {
    const id = made++;
    const kept = this.#keptOf(run, tag);
    let picture: Picture | undefined;
    const take = (activation: Activation) => {
      kept.last = activation;
      const { unit, step } = activation;
      // Not of a unit that was followed when the activation left.
      if (unit !== undefined && sameIndex(unit.index, kept.unit)) kept.ring.push(step, unit.value);
      onActivation(activation);
    };
    const ask = () => {
      if (picture === undefined) return;
      this.wants.set({ ...picture, id, run, tag, unit: kept.unit });
    };
    return {
      kept,
      want: (next) => {
        picture = next;
        if (next === undefined) {
          this.#takers.delete(id);
          this.wants.delete(id);
        } else {
          this.#takers.set(id, take);
          ask();
        }
      },
      follow: (unit) => {
        kept.unit = unit;
        kept.ring = new ValueRing();
        ask();
      },
    };
  }
}

const sameIndex = (a: readonly number[], b: readonly number[] | undefined): boolean =>
  b !== undefined && a.length === b.length && a.every((at, axis) => at === b[axis]);
