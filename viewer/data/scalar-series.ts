import { lowerBound } from './binary-search.ts';
import { exponentialAverage } from './exponential-average.ts';
import type { ScalarPart } from './scalar-update.ts';

/** About how many bytes the objects of an empty series take. */
const OVERHEAD = 700;

/**
 * The numbers of one tag in one run, in the order of steps. {@link shrink} halves them and keeps what a drawn line shows: the
 * smallest and the largest of four neighbours, or a NaN. Of logs with many records it is a part, chosen in the same way, for
 * what cards show: see `Store.showScalars`.
 */
export class ScalarSeries {
  /** Increases with each change. */
  version = 0;
  length = 0;
  #steps: Float64Array = new Float64Array(1);
  #values: Float64Array = new Float64Array(1);
  #wallTimes: Float64Array = new Float64Array(1);
  /** What the page has of a series that its source keeps. */
  #part: ScalarPart | undefined;
  #logged = 0;
  #smoothed: { version: number; weight: number; values: Float64Array } | undefined;

  /** How many numbers were logged. More than {@link kept} if the series was shrunk to bound the memory. */
  get logged(): number {
    return this.#part?.logged ?? this.#logged;
  }

  /** How many numbers there are to show, here or with the source. More than `length` if this is a part. */
  get kept(): number {
    return this.#part?.kept ?? this.length;
  }

  /** Whether its source keeps more than the page has. */
  get isPart(): boolean {
    return this.kept > this.length;
  }

  /** All values, smoothed with a weight of the past from 0 to less than 1. Valid until the series changes. */
  smoothed(weight: number): Float64Array {
    const part = this.#part;
    if (part !== undefined && part.smoothing === weight && weight > 0) return part.smoothed;
    if (this.#smoothed?.version !== this.version || this.#smoothed.weight !== weight) {
      // Of a part, an approximation until the source has sent its own.
      const own = part === undefined || !(weight > 0) ? weight : weight ** (part.kept / Math.max(1, this.length));
      this.#smoothed = {
        version: this.version,
        weight,
        values: Float64Array.from(this.values, exponentialAverage(own)),
      };
    }
    return this.#smoothed.values;
  }

  /** Replaces all numbers by those that a source sent. */
  replace(part: ScalarPart): void {
    [this.#steps, this.#wallTimes, this.#values] = [part.steps, part.wallTimes, part.values];
    this.length = part.steps.length;
    this.#part = part;
    this.version++;
  }

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
      this.#logged++;
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
    series.#logged = this.logged;
    // Shares the arrays: shrinking replaces them.
    while (series.length > most && series.shrink());
    return series;
  }

  /** Removes this step and later ones. */
  purge(step: number): void {
    // The source of a part sends it anew, and may have done so before the restart is known here.
    if (this.#part !== undefined) return;
    const length = this.#lowerBound(step);
    if (length === this.length) return;
    this.#logged = Math.round((this.#logged * length) / this.length);
    this.length = length;
    this.version++;
  }

  /** @returns whether it became smaller */
  shrink(): boolean {
    // A part is as small as its source could make it.
    if (this.length < 8 || this.#part !== undefined) return false;
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
      if (!(value >= this.#values[low]!) && !Number.isNaN(this.#values[low]!)) low = i;
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
