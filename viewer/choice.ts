import { element } from './element.ts';

/** A group of radio buttons that look like one switch. */
export class Choice<T extends string> {
  readonly element: HTMLFieldSetElement;
  readonly #inputs: Map<T, HTMLInputElement> = new Map();

  /** @param options the label of each value */
  constructor(legend: string, options: Readonly<Record<T, string>>, choose: (value: T) => void) {
    const name = `layertap-${legend}-${Choice.#made++}`;
    this.element = element('fieldset', { class: 'choice' }, element('legend', {}, legend));
    for (const [value, label] of Object.entries(options) as [T, string][]) {
      const input = element('input', { type: 'radio', name, value, change: () => choose(value) });
      this.#inputs.set(value, input);
      this.element.append(element('label', {}, input, element('span', {}, label)));
    }
  }

  /** Radio buttons are grouped by name in the whole page, so names must be unique. */
  static #made = 0;

  set value(value: T) {
    const input = this.#inputs.get(value);
    if (input !== undefined) input.checked = true;
  }
}
