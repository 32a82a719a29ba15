/** The first and the last step of many series, kept while they grow and found again when they lose records. */
export class StepExtent {
  readonly #extents: () => Iterable<{ readonly oldest: number; readonly newest: number }>;
  #steps: readonly [number, number] | undefined | 'unknown';

  /** @param extents of all series, to begin again */
  constructor(extents: () => Iterable<{ readonly oldest: number; readonly newest: number }>) {
    this.#extents = extents;
  }

  get steps(): readonly [number, number] | undefined {
    if (this.#steps !== 'unknown') return this.#steps;
    let [first, last] = [Infinity, -Infinity];
    for (const { oldest, newest } of this.#extents()) {
      first = Math.min(first, oldest);
      last = Math.max(last, newest);
    }
    this.#steps = first <= last ? [first, last] : undefined;
    return this.#steps;
  }

  /** Records between these steps were added. */
  extend(from: number, to: number): void {
    if (this.#steps === 'unknown') return;
    const [first, last] = this.#steps ?? [Infinity, -Infinity];
    if (from < first || to > last) this.#steps = [Math.min(first, from), Math.max(last, to)];
  }

  /** Records were removed. */
  forget(): void {
    this.#steps = 'unknown';
  }
}
