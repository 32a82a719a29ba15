import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { type ExportFormat, save } from '../export.ts';
import { type MenuOwner, useUi } from './ui.ts';

const FORMATS: readonly ExportFormat[] = ['png', 'svg', 'csv', 'json'];

/** The menu of a card, open as soon as it is there, at the button of the card. */
export function CardMenu({ of: owner }: { of: MenuOwner }): JSX.Element {
  const { menuOwner, context } = useUi();
  const { frame, title, card, tag } = owner;
  const menu = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const list = menu.current!;
    const { right, bottom } = owner.button.getBoundingClientRect();
    list.showPopover();
    list.style.left = `${Math.max(4, right - list.offsetWidth)}px`;
    list.style.top = `${Math.min(bottom + 2, innerHeight - list.offsetHeight - 4)}px`;
    list.querySelector('button')?.focus();
  }, [owner]);
  const item = (text: string, choose: () => unknown) => (
    <button
      key={text}
      type="button"
      onClick={() => {
        menu.current!.hidePopover();
        choose();
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
      {tag !== undefined && (context.axes.group(tag)?.tags.length ?? 0) > 1
        ? item('An axis of its own', () => context.axes.separate(tag))
        : null}
      {item('Larger or smaller', () => frame.classList.toggle('large'))}
      {FORMATS.map((format) => item(`Save as ${format.toUpperCase()}`, () => save(format, title, card)))}
    </div>
  );
}
