import type { Card } from '../cards/card.ts';
import { element } from '../element.ts';
import { save } from '../export.ts';

export interface MenuOwner {
  readonly element: HTMLElement;
  /** Saved files are named after it. */
  readonly title: string;
  open(): Card;
}

export type OpenMenu = (owner: MenuOwner, button: HTMLElement) => void;

/** The one menu of all cards, placed at the card that opens it. */
export class CardMenu {
  readonly element: HTMLElement;
  #owner: MenuOwner | undefined;

  constructor() {
    const item = (text: string, choose: (owner: MenuOwner) => unknown) =>
      element(
        'button',
        {
          click: () => {
            this.element.hidePopover();
            if (this.#owner !== undefined) choose(this.#owner);
          },
        },
        text,
      );
    this.element = element(
      'div',
      { class: 'menu', popover: 'auto' },
      item('Larger or smaller', (owner) => owner.element.classList.toggle('large')),
      item('Save as PNG', (owner) => save('png', owner.title, owner.open())),
      item('Save as SVG', (owner) => save('svg', owner.title, owner.open())),
      item('Save as CSV', (owner) => save('csv', owner.title, owner.open())),
      item('Save as JSON', (owner) => save('json', owner.title, owner.open())),
    );
  }

  open(owner: MenuOwner, button: HTMLElement): void {
    this.#owner = owner;
    const { right, bottom } = button.getBoundingClientRect();
    this.element.showPopover();
    const { offsetWidth, offsetHeight } = this.element;
    this.element.style.left = `${Math.max(4, right - offsetWidth)}px`;
    this.element.style.top = `${Math.min(bottom + 2, innerHeight - offsetHeight - 4)}px`;
    this.element.querySelector('button')?.focus();
  }
}
