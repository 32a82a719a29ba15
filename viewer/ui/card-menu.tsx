import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Card } from '../cards/card.ts';
import type { ExportFormat } from '../export.ts';
import { type MenuOwner, useUi } from './ui.ts';

const FORMATS: readonly ExportFormat[] = ['png', 'svg', 'csv', 'json'];

const save = async (format: ExportFormat, title: string, card: Card) =>
  (await import('../export.ts')).save(format, title, card);

/** The one menu of all cards, placed at the card that opens it. */
export function CardMenu(): JSX.Element | null {
  const { menuOwner, context } = useUi();
  const menu = useRef<HTMLDivElement>(null);
  const owner = menuOwner.value;
  useLayoutEffect(() => {
    if (owner === undefined) return;
    const list = menu.current!;
    const { right, bottom } = owner.button.getBoundingClientRect();
    list.showPopover();
    list.style.left = `${Math.max(4, right - list.offsetWidth)}px`;
    list.style.top = `${Math.min(bottom + 2, innerHeight - list.offsetHeight - 4)}px`;
    list.querySelector('button')?.focus();
  }, [owner]);
  if (!hasPopovers()) return null;
  const item = (text: string, choose: (owner: MenuOwner) => unknown) => (
    <button
      key={text}
      type="button"
      onClick={() => {
        menu.current!.hidePopover();
        if (owner !== undefined) choose(owner);
      }}
    >
      {text}
    </button>
  );
  const closed = ({ newState }: { newState: string }) => {
    if (newState === 'closed') menuOwner.value = undefined;
  };
  return (
    <div ref={menu} class="menu" popover="auto" onToggle={closed}>
      {owner?.tag !== undefined && (context.axes.group(owner.tag)?.tags.length ?? 0) > 1
        ? item('An axis of its own', ({ tag }) => context.axes.separate(tag!))
        : null}
      {item('Larger or smaller', ({ frame }) => frame.classList.toggle('large'))}
      {FORMATS.map((format) => item(`Save as ${format.toUpperCase()}`, ({ title, card }) => save(format, title, card)))}
    </div>
  );
}

/** Firefox before 125 and Safari before 17 have no popovers. */
const hasPopovers = () => 'showPopover' in HTMLElement.prototype;

/** The button that opens the menu of a card. @param owner is called when it is pressed */
export function MenuButton(props: { name: string; owner: () => Omit<MenuOwner, 'button'> }): JSX.Element | null {
  const { name, owner } = props;
  const { menuOwner } = useUi();
  if (!hasPopovers()) return null;
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
