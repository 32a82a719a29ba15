import { cellColours, SHADES } from '../cards/colour-map.ts';
import { formatShare, formatValue } from '../cards/format-numbers.ts';
import type { Theme } from '../cards/theme.ts';
import { element, say } from '../element.ts';
import type { View } from '../state/view-state.ts';
import { type MatrixScale, ROBUST } from './matrix-scale.ts';
import { isShare } from './rows.ts';

export function legend(): { element: HTMLElement; draw(scale: MatrixScale, view: View, theme: Theme): void } {
  const [lowEnd, highEnd] = [element('span', { class: 'number' }), element('span', { class: 'number' })];
  const colours = element('canvas', { width: SHADES, height: 1, 'aria-hidden': 'true' });
  const how = element('span', { class: 'hint' });
  const alarm = element('span', { class: 'alarm' }, 'NaN or infinite');
  return {
    element: element('div', { class: 'legend' }, lowEnd, colours, highEnd, how, alarm),
    draw({ diverging, low, high, kind }, { overviewScale, statistic }, { dark }) {
      const context = colours.getContext('2d')!;
      const picture = context.createImageData(SHADES, 1);
      for (const [i, colour] of cellColours(diverging, dark).entries()) picture.data.set([...colour, 255], i * 4);
      context.putImageData(picture, 0, 0);
      const each = overviewScale === 'each row';
      const share = isShare(statistic);
      const format = (value: number) => (share ? formatShare(value) : formatValue(value, 2));
      say(lowEnd, each && !share ? 'low' : format(low));
      say(highEnd, each && !share ? 'high' : format(high));
      const robust = `${kind}, ${ROBUST[0] * 100}–${ROBUST[1] * 100} % of the ${each ? 'row' : 'cells'}`;
      say(how, share ? '' : statistic === 'count' ? kind : robust);
    },
  };
}
