import { cellColours, SHADES } from '../cards/colour-map.ts';
import { formatShare, formatValue } from '../cards/numbers.ts';
import type { Theme } from '../cards/theme.ts';
import { element, say } from '../element.ts';
import type { View } from '../state/view-state.ts';
import { type MatrixScale, ROBUST } from './matrix-scale.ts';
import { isShare } from './statistics.ts';

export class Legend {
  readonly element: HTMLElement;
  readonly #low: HTMLElement = element('span', { class: 'number' });
  readonly #high: HTMLElement = element('span', { class: 'number' });
  readonly #colours: HTMLCanvasElement = element('canvas', { width: SHADES, height: 1, 'aria-hidden': 'true' });
  readonly #how: HTMLElement = element('span', { class: 'hint' });

  constructor() {
    this.element = element(
      'div',
      { class: 'legend' },
      this.#low,
      this.#colours,
      this.#high,
      this.#how,
      element('span', { class: 'alarm' }, 'NaN or infinite'),
    );
  }

  draw({ diverging, low, high, kind }: MatrixScale, { overviewScale, statistic }: View, { dark }: Theme): void {
    const context = this.#colours.getContext('2d')!;
    const picture = context.createImageData(SHADES, 1);
    for (const [i, colour] of cellColours(diverging, dark).entries()) picture.data.set([...colour, 255], i * 4);
    context.putImageData(picture, 0, 0);
    const each = overviewScale === 'each row';
    const share = isShare(statistic);
    const format = (value: number) => (share ? formatShare(value) : formatValue(value, 2));
    say(this.#low, each && !share ? 'low' : format(low));
    say(this.#high, each && !share ? 'high' : format(high));
    const robust = `${kind}, ${ROBUST[0] * 100}–${ROBUST[1] * 100} % of the ${each ? 'row' : 'cells'}`;
    say(this.#how, share ? '' : statistic === 'count' ? kind : robust);
  }
}
