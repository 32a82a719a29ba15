/** The last values of a followed unit, each with its step. */
export class ValueRing {
  static readonly most: number = 4096;
  readonly #steps: Float64Array = new Float64Array(ValueRing.most);
  readonly #values: Float64Array = new Float64Array(ValueRing.most);
  /** The number of values so far, with those that were dropped. */
  #pushed = 0;

  get length(): number {
    return Math.min(this.#pushed, ValueRing.most);
  }

  push(step: number, value: number): void {
    const at = this.#pushed++ % ValueRing.most;
    this.#steps[at] = step;
    this.#values[at] = value;
  }

  /** @param i from 0, the oldest */
  step(i: number): number {
    return this.#steps[this.#place(i)]!;
  }

  value(i: number): number {
    return this.#values[this.#place(i)]!;
  }

  #place(i: number): number {
    return (Math.max(0, this.#pushed - ValueRing.most) + i) % ValueRing.most;
  }
}
