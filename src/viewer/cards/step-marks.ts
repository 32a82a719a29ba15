import type { View } from '../state/view-state.ts';
import { element } from '../element.ts';
import { INSET } from './insets.ts';
import type { StepScale } from './step-scale.ts';

/** The brush and the line under the pointer, above a plot: elements of their own, so that moving them paints nothing else. */
export class StepMarks {
  readonly element: HTMLElement;
  readonly #brush: HTMLElement = element('div', { class: 'brush' });
  readonly #cursor: HTMLElement = element('div', { class: 'cursor' });

  constructor() {
    this.element = element('div', { class: 'marks', 'aria-hidden': 'true' }, this.#brush, this.#cursor);
  }

  update({ brush, hover }: View, scale: StepScale): void {
    const within = (x: number) => Math.min(scale.end, Math.max(INSET.left, x));
    this.#brush.hidden = brush === undefined || brush[1] < scale.from || brush[0] > scale.to;
    if (brush !== undefined) {
      const left = within(scale.x(brush[0]));
      this.#brush.style.transform = `translateX(${left}px)`;
      this.#brush.style.width = `${Math.max(1, within(scale.x(brush[1])) - left)}px`;
    }
    this.#cursor.hidden = hover === undefined || hover.step < scale.from || hover.step > scale.to;
    if (hover !== undefined) this.#cursor.style.transform = `translateX(${scale.x(hover.step)}px)`;
  }
}
