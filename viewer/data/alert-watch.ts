import type { Alert, AlertKind } from './alerts.ts';
import type { HistogramPoint, ScalarPoint } from './points.ts';

/** So many records in a row must be all zeros, or one value, before it is said: weights often begin so. */
const STREAK = 5;
/** How much larger than the median of the last ones a scale must be. */
const EXPLOSION = 1000;
/** How many scales the median is of; and how many there must be. */
const REMEMBERED = 32;
const ENOUGH = 5;

/** Watches one tag of one run for what a person should look at: one alert of each kind. */
export class AlertWatch {
  readonly #run: string;
  readonly #tag: string;
  /** By kind: the step at which it was told. */
  readonly #told: Map<AlertKind, number> = new Map();
  #lastStep = -Infinity;
  #zeros: Streak = new Streak();
  #constant: Streak = new Streak();
  readonly #deviations: Scale = new Scale();
  readonly #extents: Scale = new Scale();

  constructor(run: string, tag: string) {
    this.#run = run;
    this.#tag = tag;
  }

  /** @returns what is to be said of the next record */
  histogram({ step, summary }: HistogramPoint): Alert[] {
    const { count, nan, negativeInfinity, positiveInfinity, zeros, min, max, std } = summary;
    const alerts = this.#order(step);
    const tell = (kind: AlertKind, at: number, message: string) => this.#tell(alerts, kind, at, message);
    if (nan > 0) tell('nan', step, `${share(nan, count)} NaN.`);
    const infinities = negativeInfinity + positiveInfinity;
    if (infinities > 0) tell('infinity', step, `${share(infinities, count)} infinite.`);
    const zeroSince = this.#zeros.next(step, count > 0 && zeros === count);
    if (zeroSince !== undefined) tell('dead', zeroSince, 'All values are zero from here on.');
    const constantSince = this.#constant.next(step, count > 1 && min === max && min !== 0);
    if (constantSince !== undefined) tell('constant', constantSince, `All values are ${digits(min)} from here on.`);
    const grown = this.#deviations.next(std) ?? this.#extents.next(Math.max(Math.abs(min), Math.abs(max)));
    if (grown !== undefined) tell('exploding', step, `The values became ${digits(grown)} times as large.`);
    return alerts;
  }

  scalar({ step, value }: ScalarPoint): Alert[] {
    const alerts = this.#order(step);
    if (Number.isNaN(value)) this.#tell(alerts, 'nan', step, 'The value is NaN.');
    else if (!Number.isFinite(value)) this.#tell(alerts, 'infinity', step, `The value is ${value}.`);
    return alerts;
  }

  /** A record's values that turned out to be NaN or infinite. */
  found(kind: 'nan' | 'infinity', step: number, count: number): Alert[] {
    const alerts: Alert[] = [];
    const what = kind === 'nan' ? 'NaN' : 'infinite';
    this.#tell(alerts, kind, step, count === 1 ? `One value is ${what}.` : `${count} values are ${what}.`);
    return alerts;
  }

  /** What was told of this step or later ones may be told again. */
  purge(step: number): void {
    for (const [kind, at] of this.#told) if (at >= step) this.#told.delete(kind);
    this.#lastStep = Math.min(this.#lastStep, step - 1);
    [this.#zeros, this.#constant] = [new Streak(), new Streak()];
  }

  /** A record takes the place of those of its step and later ones. That one did so is said once. */
  #order(step: number): Alert[] {
    const alerts: Alert[] = [];
    const last = this.#lastStep;
    if (step <= last) {
      const told = this.#told.get('backwards');
      this.purge(step);
      if (told !== undefined) this.#told.set('backwards', told);
    }
    if (step < last) {
      this.#tell(alerts, 'backwards', step, `Step ${step} came after step ${last}. Two programs in one run?`);
    }
    this.#lastStep = step;
    return alerts;
  }

  #tell(alerts: Alert[], kind: AlertKind, step: number, message: string): void {
    if (this.#told.has(kind)) return;
    this.#told.set(kind, step);
    alerts.push({ kind, run: this.#run, tag: this.#tag, step, message });
  }
}

/** Of TensorFlow's histograms it is known that there are some, and not how many: these have the count 1. */
function share(some: number, all: number): string {
  if (all === 1) return 'At least one value is';
  return some === all ? `All ${all} values are` : `${some} of ${all} values are`;
}

const digits = (value: number): string => String(Number(value.toPrecision(3)));

/** Records in a row for which something holds. */
class Streak {
  #first = 0;
  #length = 0;

  /** @returns the first step of the streak, once it is long enough */
  next(step: number, holds: boolean): number | undefined {
    if (!holds) this.#length = 0;
    else if (this.#length++ === 0) this.#first = step;
    return this.#length >= STREAK ? this.#first : undefined;
  }
}

/** The last sizes of something, against which the next one is compared. */
class Scale {
  readonly #sizes: number[] = [];
  #next = 0;

  /** @returns how many times as large as the median of the last ones it is, where that is a lot */
  next(size: number): number | undefined {
    if (!(size > 0) || size === Infinity) return undefined;
    let smaller = 0;
    for (const one of this.#sizes) if (one * EXPLOSION <= size) smaller++;
    const exploded = this.#sizes.length >= ENOUGH && smaller * 2 > this.#sizes.length;
    const median = exploded ? this.#sizes.toSorted((a, b) => a - b)[this.#sizes.length >> 1]! : 0;
    this.#sizes[this.#next] = size;
    this.#next = (this.#next + 1) % REMEMBERED;
    return exploded ? size / median : undefined;
  }
}
