import { lowerBound } from './binary-search.ts';

/** About how many bytes the objects of an empty series take. */
const OVERHEAD = 700;

/**
 * The numbers of one tag in one run, in the order of steps. {@link shrink} halves them and keeps what a drawn line shows: the
 * smallest and the largest of four neighbours, or a NaN.
 */
export class ScalarSeries {
  /** Increases with each change. */
  version = 0;
  length = 0;
  #steps: Float64Array = new Float64Array(1);
  #values: Float64Array = new Float64Array(1);
  #wallTimes: Float64Array = new Float64Array(1);

  /** About how many bytes the series takes. */
  get bytes(): number {
    return OVERHEAD + 3 * this.#steps.byteLength;
  }

  /** A view, valid until the series changes. */
  get steps(): Float64Array {
    return this.#steps.subarray(0, this.length);
  }

  get values(): Float64Array {
    return this.#values.subarray(0, this.length);
  }

  /** Seconds since 1970. */
  get wallTimes(): Float64Array {
    return this.#wallTimes.subarray(0, this.length);
  }

  /** The first step; Infinity if there is none. */
  get oldest(): number {
    return this.length === 0 ? Infinity : this.#steps[0]!;
  }

  /** The last step; -Infinity if there is none. */
  get newest(): number {
    return this.length === 0 ? -Infinity : this.#steps[this.length - 1]!;
  }

  /** Inserts a number by its step. It replaces one of the same step. */
  add(step: number, wallTime: number, value: number): void {
    const at = this.#lowerBound(step);
    if (at === this.length || this.#steps[at] !== step) {
      if (this.length === this.#steps.length) this.#grow();
      for (const numbers of this.#arrays()) numbers.copyWithin(at + 1, at, this.length);
      this.length++;
    }
    this.#steps[at] = step;
    this.#values[at] = value;
    this.#wallTimes[at] = wallTime;
    this.version++;
  }

  /** A copy with at most this many numbers. */
  reduced(most: number): ScalarSeries {
    const series = new ScalarSeries();
    [series.#steps, series.#values, series.#wallTimes, series.length] = [...this.#arrays(), this.length];
    // Shares the arrays: shrinking replaces them.
    while (series.length > most && series.shrink());
    return series;
  }

  /** Removes this step and later ones. */
  purge(step: number): void {
    const length = this.#lowerBound(step);
    if (length === this.length) return;
    this.length = length;
    this.version++;
  }

  /** @returns whether it became smaller */
  shrink(): boolean {
    if (this.length < 8) return false;
    const kept: number[] = [0];
    for (let start = 1; start < this.length - 1; start += 4) kept.push(...this.#extremes(start));
    kept.push(this.length - 1);
    [this.#steps, this.#values, this.#wallTimes] = this.#arrays().map((numbers) =>
      Float64Array.from(kept, (at) => numbers[at]!),
    ) as [Float64Array, Float64Array, Float64Array];
    this.length = kept.length;
    this.version++;
    return true;
  }

  /** Which of four neighbours stay, in order. The last number of the series is not among them. */
  #extremes(start: number): number[] {
    const end = Math.min(start + 4, this.length - 1);
    let [low, high] = [start, start];
    for (let i = start; i < end; i++) {
      const value = this.#values[i]!;
      if (!(value >= this.#values[low]!)) low = i;
      if (value > this.#values[high]!) high = i;
    }
    return low === high ? [low] : [Math.min(low, high), Math.max(low, high)];
  }

  #lowerBound(step: number): number {
    // Most often the step is new.
    if (this.length === 0 || this.#steps[this.length - 1]! < step) return this.length;
    return lowerBound(this.#steps, step, this.length);
  }

  #arrays(): [Float64Array, Float64Array, Float64Array] {
    return [this.#steps, this.#values, this.#wallTimes];
  }

  #grow(): void {
    [this.#steps, this.#values, this.#wallTimes] = this.#arrays().map((numbers) => {
      const longer = new Float64Array(Math.ceil(numbers.length * 1.5) + 2);
      longer.set(numbers);
      return longer;
    }) as [Float64Array, Float64Array, Float64Array];
  }
}
