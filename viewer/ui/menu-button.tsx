import type { JSX } from 'preact';
import { type MenuOwner, useUi } from './ui.ts';

/** The button that opens the menu of a card. @param owner is called when it is pressed */
export function MenuButton(props: { name: string; owner: () => Omit<MenuOwner, 'button'> }): JSX.Element | null {
  const { name, owner } = props;
  const { menuOwner } = useUi();
  // Firefox before 125 and Safari before 17 have no popovers.
  if (!('showPopover' in HTMLElement.prototype)) return null;
  return (
    <button
      type="button"
      class="icon"
      aria-label={`Menu of ${name}`}
      onClick={({ currentTarget: button }) => {
        menuOwner.value = { ...owner(), button };
      }}
    >
      ⋯
    </button>
  );
}
