import { element } from '../element.ts';
import type { Activation } from './activation.ts';
import { type ActivationLayout, axesOf } from './layout.ts';

/** Which of two outputs is shown: one of them, or B - A. */
export type Showing = 'A' | 'B' | 'difference';

export interface Controls {
  readonly element: HTMLElement;
  /** Shows the controls that this output has. */
  update(activation: Activation | undefined, state: ControlState): void;
}

export interface ControlState {
  readonly slice: readonly (number | undefined)[];
  /** The chosen layout; undefined for what the source says. */
  readonly layout: ActivationLayout | undefined;
  readonly locked: boolean;
  readonly showing: Showing;
  /** The names of the outputs to compare with, and the chosen one; -1 for none. */
  readonly others: readonly string[];
  readonly other: number;
}

export interface ControlActions {
  slice(axis: number, index: number | undefined): void;
  layout(layout: ActivationLayout | undefined): void;
  lock(locked: boolean): void;
  show(showing: Showing): void;
  compare(other: number): void;
}

/** By rank. The others are as 'matrix' for it, or are not worth a choice. */
const CHOICES: Readonly<Record<number, readonly ActivationLayout[]>> = {
  3: ['matrix', 'heads', 'HWC', 'CHW'],
  4: ['matrix', 'heads', 'NHWC', 'NCHW'],
};

const NAMES: Readonly<Record<ActivationLayout, string>> = {
  matrix: 'rows × columns',
  vector: 'vector',
  heads: 'heads × queries × keys',
  NHWC: 'channels last',
  HWC: 'channels last',
  NCHW: 'channels first',
  CHW: 'channels first',
};

const SIDES: readonly (readonly [Showing, string, string])[] = [
  ['A', 'A', 'Show this output'],
  ['B', 'B', 'Show the output that it is compared with'],
  ['difference', 'B − A', 'Show the difference'],
];

/** The controls of a card: an index for each axis that is not drawn, the lock of the range, and what it is compared with. */
export function controls(title: string, actions: ControlActions): Controls {
  const axes = element('span', { class: 'controls axes' });
  axes.style.display = 'contents';
  const lock = element('input', { type: 'checkbox', change: () => actions.lock(lock.checked) });
  // Hidden until there is something to choose.
  const layouts = element('select', {
    hidden: true,
    'aria-label': `Axes of ${title}`,
    change: () => actions.layout(layouts.value as ActivationLayout),
  });
  const other = element('select', {
    hidden: true,
    'aria-label': `Compare ${title} with`,
    change: () => actions.compare(Number(other.value)),
  });
  const buttons = SIDES.map(([showing, text, name]) =>
    element('button', { type: 'button', 'aria-label': name, click: () => actions.show(showing) }, text),
  );
  const sides = element(
    'span',
    { class: 'sides', hidden: true, role: 'group', 'aria-label': `A and B of ${title}` },
    ...buttons,
  );
  let inputs: readonly HTMLInputElement[] = [];
  let made = '';
  let names = '';

  function makeInputs({ shape, layout }: Activation): void {
    const drawn = axesOf(shape, layout);
    inputs = shape.map((size, axis) => {
      const all = axis === drawn.maps;
      const name = !all ? `axis ${axis}` : layout === 'heads' ? 'head' : 'channel';
      const input = element('input', {
        type: 'number',
        min: 0,
        max: Math.max(0, size - 1),
        step: 1,
        // A missing index is all of them.
        placeholder: all ? 'all' : false,
        'aria-label': `${name} of ${title}, 0 to ${Math.max(0, size - 1)}${all ? ', empty for all' : ''}`,
        input: () => actions.slice(axis, input.value === '' ? undefined : Number(input.value)),
      });
      input.dataset.axis = String(axis);
      return input;
    });
    const shown = inputs.filter((_, axis) => {
      const free = axis === drawn.maps || (axis !== drawn.rows && axis !== drawn.columns);
      return free && shape[axis]! > 1;
    });
    axes.replaceChildren(
      ...shown.map((input) => element('label', {}, input.getAttribute('aria-label')!.split(' of ')[0]!, input)),
    );
  }

  return {
    element: element(
      'div',
      { class: 'controls' },
      layouts,
      axes,
      element('label', {}, lock, 'lock range'),
      other,
      sides,
    ),
    update(activation, { slice, layout, locked, showing, others, other: chosen }) {
      if (activation !== undefined && made !== `${activation.shape} ${activation.layout}`) {
        made = `${activation.shape} ${activation.layout}`;
        makeInputs(activation);
        const choices = CHOICES[activation.shape.length] ?? [];
        layouts.replaceChildren(...choices.map((value) => element('option', { value }, NAMES[value])));
        layouts.hidden = choices.length === 0;
      }
      if (activation !== undefined) layouts.value = layout ?? activation.layout ?? 'matrix';
      for (const [axis, input] of inputs.entries()) {
        const value = String(slice[axis] ?? (input.placeholder === 'all' ? '' : 0));
        if (input.value !== value && !input.matches(':focus')) input.value = value;
      }
      lock.checked = locked;
      if (names !== others.join('\n')) {
        names = others.join('\n');
        const options = ['compare with …', ...others];
        other.replaceChildren(...options.map((name, i) => element('option', { value: i - 1 }, name)));
      }
      other.value = String(chosen);
      other.hidden = others.length === 0;
      sides.hidden = chosen === -1;
      for (const [i, button] of buttons.entries())
        button.setAttribute('aria-pressed', String(SIDES[i]![0] === showing));
    },
  };
}
