import { element } from '../element.ts';
import { save } from '../export/save.ts';
import type { CardFrame } from './card-frame.ts';

/** The menu of the cards: one, that goes to the card that wants it. */
export class CardMenu {
  readonly element: HTMLElement;
  #frame: CardFrame | undefined;

  constructor() {
    const item = (text: string, choose: (frame: CardFrame) => unknown) =>
      element(
        'button',
        {
          click: () => {
            this.element.hidePopover();
            if (this.#frame !== undefined) choose(this.#frame);
          },
        },
        text,
      );
    this.element = element(
      'div',
      { class: 'menu', popover: 'auto' },
      item('Larger or smaller', (frame) => frame.element.classList.toggle('large')),
      item('Save as PNG', (frame) => save('png', frame.title, frame.open())),
      item('Save as SVG', (frame) => save('svg', frame.title, frame.open())),
      item('Save as CSV', (frame) => save('csv', frame.title, frame.open())),
      item('Save as JSON', (frame) => save('json', frame.title, frame.open())),
    );
  }

  open(frame: CardFrame, button: HTMLElement): void {
    this.#frame = frame;
    const { right, bottom } = button.getBoundingClientRect();
    this.element.showPopover();
    const { offsetWidth, offsetHeight } = this.element;
    this.element.style.left = `${Math.max(4, right - offsetWidth)}px`;
    this.element.style.top = `${Math.min(bottom + 2, innerHeight - offsetHeight - 4)}px`;
    this.element.querySelector('button')?.focus();
  }
}
