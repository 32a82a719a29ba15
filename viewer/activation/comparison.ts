import type { Activation } from './activation.ts';
import type { Activations, Kept, Subscription } from './activations.ts';
import type { Showing } from './controls.ts';
import { difference, whyNoDifference } from './difference.ts';
import type { Picture } from './layout.ts';

/** One output that a card shows. */
export interface Side {
  /** Shown where it is compared with another. */
  readonly name: string;
  readonly activations: Activations;
  readonly run: string;
  readonly tag: string;
}

/** What a card shows: an output, and perhaps another to compare it with. */
export class Comparison {
  showing: Showing = 'A';
  readonly #a: Subscription;
  readonly #changed: () => void;
  #b: Subscription | undefined;
  #subtracted: readonly [a: Activation, b: Activation, result: Activation | string] | undefined;

  /** @param changed is called after each new output */
  constructor(side: Side, changed: () => void) {
    this.#changed = changed;
    this.#a = this.#subscribe(side);
  }

  /** Another output becomes B; undefined for none. */
  compareWith(other: Side | undefined): void {
    this.#b?.want(undefined);
    this.#b = other && this.#subscribe(other);
    this.showing = other === undefined ? 'A' : 'difference';
  }

  want(picture: Picture | undefined): void {
    this.#a.want(picture);
    this.#b?.want(picture);
  }

  /** The followed unit. */
  get followed(): readonly number[] | undefined {
    return this.#a.kept.unit;
  }

  follow(unit: readonly number[] | undefined): void {
    this.#a.follow(unit);
    this.#b?.follow(unit);
  }

  /** What is kept of the output that is shown; undefined for a difference. */
  get kept(): Kept | undefined {
    if (this.showing === 'difference') return undefined;
    return this.showing === 'B' && this.#b !== undefined ? this.#b.kept : this.#a.kept;
  }

  /** The output to show, or why there is none. */
  get shown(): Activation | string {
    const [a, b] = [this.#a.kept.last, this.#b?.kept.last];
    if (this.#b === undefined || this.showing === 'A') return a ?? 'Waiting for an output.';
    if (b === undefined) return 'Waiting for the output B.';
    if (this.showing === 'B') return b;
    if (a === undefined) return 'Waiting for the output A.';
    if (this.#subtracted?.[0] !== a || this.#subtracted[1] !== b) {
      this.#subtracted = [a, b, whyNoDifference(a, b) ?? difference(a, b)];
    }
    return this.#subtracted[2];
  }

  /** The largest size of a finite value, for a scale of colours that A and B share; 0 if there is none. */
  get size(): number {
    const isShared = this.#b !== undefined && this.showing !== 'difference';
    const outputs = isShared ? [this.#a.kept.last, this.#b!.kept.last] : [this.shown];
    let size = 0;
    for (const one of outputs) {
      if (one === undefined || typeof one === 'string') continue;
      const { min, max } = one.summary;
      if (min < 0) size = Math.max(size, -min);
      if (max > 0) size = Math.max(size, max);
    }
    return size;
  }

  #subscribe({ activations, run, tag }: Side): Subscription {
    return activations.subscribe(run, tag, () => this.#changed());
  }
}
