import { element, say } from '../element.ts';
import type { ViewState } from '../state/view-state.ts';

interface Stepped {
  readonly step: number;
}

/**
 * Selects a point of a series that has no chart over steps: by a slider, or by the step hovered in another card.
 * Follows the last point until the user moves it.
 */
export class StepSlider {
  readonly element: HTMLElement;
  readonly #state: ViewState;
  readonly #range: HTMLInputElement;
  readonly #step: HTMLElement = element('output', { class: 'number' });
  /** The chosen step; undefined for the last. */
  #chosen: number | undefined;
  #steps: readonly number[] = [];

  /** @param changed is called when the user chooses another point */
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

  pick<P extends Stepped>(points: readonly P[]): P | undefined {
    this.#steps = points.map(({ step }) => step);
    const step = this.#state.view.hover?.step ?? this.#chosen ?? Number.POSITIVE_INFINITY;
    // The last point up to that step.
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
