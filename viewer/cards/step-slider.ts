import { element, say } from '../element.ts';
import type { ViewState } from '../state/view-state.ts';

interface Stepped {
  readonly step: number;
}

/**
 * Chooses one of the points of a series that has no picture over steps: a slider, and the step that is hovered over in
 * another card. Stands at the last point until somebody moves it.
 */
export class StepSlider {
  readonly element: HTMLElement;
  readonly #state: ViewState;
  readonly #range: HTMLInputElement;
  readonly #step: HTMLElement = element('output', { class: 'number' });
  /** Undefined: the last one. */
  #chosen: number | undefined;
  #steps: readonly number[] = [];

  /** @param changed is called when another point is chosen */
  constructor(label: string, state: ViewState, changed: () => void) {
    this.#state = state;
    this.#range = element('input', {
      type: 'range',
      min: 0,
      'aria-label': `Step of ${label}`,
      input: () => {
        const index = Number(this.#range.value);
        this.#chosen = index === this.#steps.length - 1 ? undefined : this.#steps[index];
        changed();
      },
    });
    this.element = element('div', { class: 'slider' }, this.#range, this.#step);
  }

  /** The point that is to be shown; undefined where there is none. */
  pick<P extends Stepped>(points: readonly P[]): P | undefined {
    this.#steps = points.map(({ step }) => step);
    const step = this.#state.view.hover?.step ?? this.#chosen ?? Number.POSITIVE_INFINITY;
    // The last one that was there at that step.
    const after = this.#steps.findIndex((one) => one > step);
    const index = Math.max(0, after === -1 ? points.length - 1 : after - 1);
    this.#range.max = String(Math.max(0, points.length - 1));
    this.#range.value = String(index);
    this.#range.disabled = points.length < 2;
    const point = points[index];
    const text = point === undefined ? '' : `step ${point.step}`;
    this.#range.setAttribute('aria-valuetext', text);
    say(this.#step, text);
    return point;
  }
}
