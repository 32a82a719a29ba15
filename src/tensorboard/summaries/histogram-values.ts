import type { Histogram, SummaryValue } from '../format/event.ts';
import type { Moments } from './moments.ts';

const NON_FINITE = [
  ['NaN', 'nan'],
  ['+Inf', 'positiveInfinity'],
  ['-Inf', 'negativeInfinity'],
] as const;

/**
 * The summary values of each histogram. A histogram cannot show NaN and infinities, so their counts are scalars beside it:
 * `fc1/NaN`, `fc1/+Inf`, `fc1/-Inf`. Each of these curves begins with the first such value and goes on from there, also at 0.
 */
export class HistogramValues {
  readonly #begun: Set<string> = new Set();
  readonly #warned: Set<string> = new Set();

  /**
   * @param where prefix of the warning, printed once per tag, that there is nothing to show
   * @param histogram undefined if no value is in a bin
   */
  of(where: string, tag: string, histogram: Histogram | undefined, moments: Moments): SummaryValue[] {
    const values: SummaryValue[] = histogram === undefined ? [] : [{ tag, histogram }];
    if (histogram === undefined) this.#warn(where, tag, moments.num);
    if (this.#begun.size === 0 && moments.nan + moments.positiveInfinity + moments.negativeInfinity === 0)
      return values;
    for (const [name, key] of NON_FINITE) {
      const curve = `${tag}/${name}`;
      if (moments[key] > 0) this.#begun.add(curve);
      if (this.#begun.has(curve)) values.push({ tag: curve, simpleValue: moments[key] });
    }
    return values;
  }

  #warn(where: string, tag: string, count: number): void {
    if (this.#warned.has(tag)) return;
    this.#warned.add(tag);
    const what = count === 0 ? 'there are no values' : `of ${count} values all are NaN, infinite or beyond the bins`;
    console.warn(`${where}: ${what}, so no histogram is written. This is said once for each tag.`);
  }
}
