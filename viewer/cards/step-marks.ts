import { element } from '../element.ts';
import type { View } from '../state/view-state.ts';
import type { StepTrack } from './step-pointer.ts';

/** The brush and the line under the pointer, above a plot: elements of their own, so that moving them paints nothing else. */
export class StepMarks {
  readonly element: HTMLElement;
  readonly #brush: HTMLElement = element('div', { class: 'brush' });
  readonly #cursor: HTMLElement = element('div', { class: 'cursor' });

  constructor() {
    this.element = element('div', { class: 'marks', 'aria-hidden': 'true' }, this.#brush, this.#cursor);
  }

  update({ brush, hover }: View, { steps: [from, to], left, right }: StepTrack): void {
    const place = (step: number): number => {
      const x = left + ((step - from) / (to - from)) * (right - left);
      return Math.min(right, Math.max(left, x));
    };
    this.#brush.hidden = brush === undefined || brush[1] < from || brush[0] > to;
    if (brush !== undefined) {
      const [start, end] = [place(brush[0]), place(brush[1])];
      this.#brush.style.transform = `translateX(${start}px)`;
      this.#brush.style.width = `${Math.max(2, end - start)}px`;
    }
    this.#cursor.hidden = hover === undefined || hover.step < from || hover.step > to;
    if (hover !== undefined) this.#cursor.style.transform = `translateX(${place(hover.step)}px)`;
  }
}
