import type { HistogramPoint, ScalarPoint } from './points.ts';

/** Something that a person should look at. */
export interface Alert {
  readonly kind: AlertKind;
  readonly run: string;
  readonly tag: string;
  /** The first step at which the condition holds. */
  readonly step: number;
  /** A sentence without the tag and the step. */
  readonly message: string;
}

/** Why an alert was raised. */
export type AlertKind = 'nan' | 'infinity' | 'dead' | 'exploding' | 'constant' | 'backwards';

/** This many points in a row must be all zeros, or one value: weights often begin so. */
const STREAK = 5;
/** A size this many times the median of the last sizes is an explosion. */
const EXPLOSION = 1000;
/** The median is taken over at most this many sizes. */
const REMEMBERED = 32;
/** With fewer sizes than this, nothing is an explosion. */
const ENOUGH = 5;

/** Watches one tag of one run. Gives one alert of each kind. */
export class AlertWatch {
  readonly #run: string;
  readonly #tag: string;
  /** The kinds of alerts that were given, with their steps. */
  readonly #given: Map<AlertKind, number> = new Map();
  #lastStep = -Infinity;
  #zeros: ReturnType<typeof streak> = streak();
  #constant: ReturnType<typeof streak> = streak();
  readonly #deviations: ReturnType<typeof scale> = scale();
  readonly #extents: ReturnType<typeof scale> = scale();

  constructor(run: string, tag: string) {
    this.#run = run;
    this.#tag = tag;
  }

  histogram({ step, summary }: HistogramPoint): Alert[] {
    const { count, nan, negativeInfinity, positiveInfinity, zeros, min, max, std } = summary;
    const alerts = this.#order(step);
    const give = (kind: AlertKind, at: number, message: string) => this.#give(alerts, kind, at, message);
    if (nan > 0) give('nan', step, `${share(nan, count)} NaN.`);
    const infinities = negativeInfinity + positiveInfinity;
    if (infinities > 0) give('infinity', step, `${share(infinities, count)} infinite.`);
    const zeroSince = this.#zeros(step, count > 0 && zeros === count);
    if (zeroSince !== undefined) give('dead', zeroSince, 'All values are zero from here on.');
    const constantSince = this.#constant(step, count > 1 && min === max && min !== 0);
    if (constantSince !== undefined) give('constant', constantSince, `All values are ${digits(min)} from here on.`);
    const grown = this.#deviations(std) ?? this.#extents(Math.max(Math.abs(min), Math.abs(max)));
    if (grown !== undefined) give('exploding', step, `The values became ${digits(grown)} times as large.`);
    return alerts;
  }

  scalar({ step, value }: ScalarPoint): Alert[] {
    const alerts = this.#order(step);
    if (Number.isNaN(value)) this.#give(alerts, 'nan', step, 'The value is NaN.');
    else if (!Number.isFinite(value)) this.#give(alerts, 'infinity', step, `The value is ${value}.`);
    return alerts;
  }

  /** The series has come to this step, without anything to alert of. */
  passed(step: number): void {
    this.#lastStep = step;
  }

  /** Values of a point that turn out to be NaN or infinite after it was added. */
  found(kind: 'nan' | 'infinity', step: number, count: number): Alert[] {
    const alerts: Alert[] = [];
    const what = kind === 'nan' ? 'NaN' : 'infinite';
    this.#give(alerts, kind, step, count === 1 ? `One value is ${what}.` : `${count} values are ${what}.`);
    return alerts;
  }

  /** Forgets this step and later ones: their alerts may be given again. */
  purge(step: number): void {
    for (const [kind, at] of this.#given) if (at >= step) this.#given.delete(kind);
    this.#lastStep = Math.min(this.#lastStep, step - 1);
    [this.#zeros, this.#constant] = [streak(), streak()];
  }

  /** A point replaces the points of its step and of later steps. The first point that does so gives an alert. */
  #order(step: number): Alert[] {
    const alerts: Alert[] = [];
    const last = this.#lastStep;
    if (step <= last) {
      const given = this.#given.get('backwards');
      this.purge(step);
      if (given !== undefined) this.#given.set('backwards', given);
    }
    if (step < last) {
      this.#give(alerts, 'backwards', step, `Step ${step} came after step ${last}. Two programs in one run?`);
    }
    this.#lastStep = step;
    return alerts;
  }

  #give(alerts: Alert[], kind: AlertKind, step: number, message: string): void {
    if (this.#given.has(kind)) return;
    this.#given.set(kind, step);
    alerts.push({ kind, run: this.#run, tag: this.#tag, step, message });
  }
}

/** TensorFlow's histograms say that there are such values, not how many: their count is 1. */
function share(some: number, all: number): string {
  if (all === 1) return 'At least one value is';
  return some === all ? `All ${all} values are` : `${some} of ${all} values are`;
}

const digits = (value: number): string => String(Number(value.toPrecision(3)));

/** Watches for consecutive points that meet a condition. @returns a function that returns the first step of a long streak */
function streak(): (step: number, holds: boolean) => number | undefined {
  let [first, length] = [0, 0];
  return (step, holds) => {
    if (!holds) length = 0;
    else if (length++ === 0) first = step;
    return length >= STREAK ? first : undefined;
  };
}

/** Compares sizes with the last ones. @returns a function that returns how many times their median an explosion is */
function scale(): (size: number) => number | undefined {
  const sizes: number[] = [];
  let next = 0;
  return (size) => {
    if (!(size > 0) || size === Infinity) return undefined;
    let smaller = 0;
    for (const one of sizes) if (one * EXPLOSION <= size) smaller++;
    const exploded = sizes.length >= ENOUGH && smaller * 2 > sizes.length;
    const median = exploded ? sizes.slice().sort((a, b) => a - b)[sizes.length >> 1]! : 0;
    sizes[next] = size;
    next = (next + 1) % REMEMBERED;
    return exploded ? size / median : undefined;
  };
}
