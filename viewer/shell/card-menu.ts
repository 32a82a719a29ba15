import type { Card } from '../cards/card.ts';
import { element } from '../element.ts';
import { type ExportFormat, save } from '../export.ts';

export interface MenuOwner {
  readonly element: HTMLElement;
  /** Saved files are named after it. */
  readonly title: string;
  open(): Card;
}

export type OpenMenu = (owner: MenuOwner, button: HTMLElement) => void;

export function menuButton(owner: MenuOwner, name: string, openMenu: OpenMenu): HTMLButtonElement {
  const click = () => openMenu(owner, button);
  const button: HTMLButtonElement = element('button', { class: 'icon', 'aria-label': `Menu of ${name}`, click }, '⋯');
  return button;
}

/** The one menu of all cards, placed at the card that opens it. */
export function cardMenu(): { element: HTMLElement; open: OpenMenu } {
  let owner: MenuOwner | undefined;
  const item = (text: string, choose: (owner: MenuOwner) => unknown) => {
    const click = () => {
      menu.hidePopover();
      if (owner !== undefined) choose(owner);
    };
    return element('button', { click }, text);
  };
  const saved = (format: ExportFormat) =>
    item(`Save as ${format.toUpperCase()}`, (one) => save(format, one.title, one.open()));
  const menu: HTMLElement = element(
    'div',
    { class: 'menu', popover: 'auto' },
    item('Larger or smaller', (one) => one.element.classList.toggle('large')),
    ...(['png', 'svg', 'csv', 'json'] as const).map(saved),
  );
  return {
    element: menu,
    open(one, button) {
      owner = one;
      const { right, bottom } = button.getBoundingClientRect();
      menu.showPopover();
      menu.style.left = `${Math.max(4, right - menu.offsetWidth)}px`;
      menu.style.top = `${Math.min(bottom + 2, innerHeight - menu.offsetHeight - 4)}px`;
      menu.querySelector('button')?.focus();
    },
  };
}
