import { element } from './element.ts';
import type { View, ViewState } from './state/view-state.ts';

/** Radio buttons are grouped by name in the whole page, so names must be unique. */
let made = 0;

/**
 * A property of the view as radio buttons that look like one switch; `update` shows the value that the view has.
 * @param options the label of each value
 */
export function choice<K extends 'histograms' | 'overviewScale' | 'runs' | 'statistic' | 'valueAxis'>(
  state: ViewState,
  key: K,
  legend: string,
  options: Readonly<Record<View[K], string>>,
): { element: HTMLElement; update(): void } {
  const name = `layertap-${legend}-${made++}`;
  const group = element('fieldset', { class: 'choice' }, element('legend', {}, legend));
  const inputs = Object.entries<string>(options).map(([value, label]) => {
    const change = () => state.change({ [key]: value } as Partial<View>);
    const input = element('input', { type: 'radio', name, value, change });
    group.append(element('label', {}, input, element('span', {}, label)));
    return input;
  });
  const update = () => {
    for (const input of inputs) input.checked = input.value === state.view[key];
  };
  return { element: group, update };
}
