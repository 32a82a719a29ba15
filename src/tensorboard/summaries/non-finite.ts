import type { SummaryValue } from '../format/event.ts';
import type { Moments } from './moments.ts';

const KINDS = [
  ['NaN', 'nan'],
  ['+Inf', 'positiveInfinity'],
  ['-Inf', 'negativeInfinity'],
] as const;

/**
 * Counts of what a histogram cannot show, as scalars beside it: `fc1/NaN`, `fc1/+Inf`, `fc1/-Inf`. Each curve begins with
 * the first such value, and goes on from there, also at 0.
 */
export class NonFiniteCounts {
  readonly #begun: Set<string> = new Set();

  valuesOf(tag: string, moments: Moments): SummaryValue[] {
    const values: SummaryValue[] = [];
    if (this.#begun.size === 0 && moments.nan + moments.positiveInfinity + moments.negativeInfinity === 0)
      return values;
    for (const [name, key] of KINDS) {
      const curve = `${tag}/${name}`;
      if (moments[key] > 0) this.#begun.add(curve);
      if (this.#begun.has(curve)) values.push({ tag: curve, simpleValue: moments[key] });
    }
    return values;
  }
}
