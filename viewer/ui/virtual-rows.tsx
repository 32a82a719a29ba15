import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { flushSync } from './flush.ts';

/** Rows above and below the visible ones that are made too. */
const BESIDE = 4;

/**
 * Many rows of one height, of which those in sight are in the page. The rows are one stop of the Tab key: arrows, Page Up and Down,
 * Home and End move between them, from a control to the same control.
 * @param roles of the list and of its rows
 * @param reveal the index of a row to scroll to when it changes; -1 for none
 * @param children makes a row; its controls take the given tabIndex
 */
export function VirtualRows(props: {
  count: number;
  rowHeight: number;
  roles: readonly [list: 'list' | 'rowgroup', row: 'listitem' | 'row'];
  label: string;
  reveal?: number;
  children: (index: number, tabIndex: 0 | -1) => JSX.Element;
}): JSX.Element {
  const { count, rowHeight, roles, label, reveal = -1, children } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [top, height, active] = [useSignal(0), useSignal(0), useSignal(0)];
  useLayoutEffect(() => {
    const sizes = new ResizeObserver(() => {
      height.value = scroller.current!.clientHeight;
    });
    sizes.observe(scroller.current!);
    return () => sizes.disconnect();
  }, []);

  const current = Math.min(active.value, count - 1);
  const first = Math.max(0, Math.floor(top.value / rowHeight) - BESIDE);
  const last = Math.min(count, Math.ceil((top.value + height.value) / rowHeight) + BESIDE);
  const shown = Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
  // The row that Tab leads to stays.
  if (count > 0 && current < first) shown.unshift(current);
  if (current >= last) shown.push(current);

  const scrollTo = (index: number) => {
    const list = scroller.current!;
    const [from, to] = [index * rowHeight, (index + 1) * rowHeight - list.clientHeight];
    list.scrollTop = Math.min(from, Math.max(list.scrollTop, to));
    top.value = list.scrollTop;
  };
  useLayoutEffect(() => {
    if (reveal !== -1) scrollTo(reveal);
  }, [reveal]);

  const goTo = (index: number, control: number) => {
    const list = scroller.current!;
    flushSync(() => {
      active.value = index;
      scrollTo(index);
    });
    const row = list.querySelector(`[data-row="${index}"]`)!;
    const controls = row.querySelectorAll<HTMLElement>('[tabindex]');
    controls[Math.min(control, controls.length - 1)]?.focus();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(height.value / rowHeight) - 1);
    const target = event.target as HTMLElement;
    const row = target.closest<HTMLElement>('[data-row]');
    if (row === null) return;
    const index = Number(row.dataset.row);
    const next = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      PageDown: index + page,
      PageUp: index - page,
      Home: 0,
      End: count - 1,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    goTo(Math.max(0, Math.min(count - 1, next)), [...row.querySelectorAll('[tabindex]')].indexOf(target));
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: its role is that of a list, whose rows hold the controls
    <div
      ref={scroller}
      {...{ role: roles[0], 'aria-label': label }}
      class="virtual"
      onScroll={() => {
        top.value = scroller.current!.scrollTop;
      }}
      onKeyDown={onKeyDown}
    >
      <div style={{ height: `${count * rowHeight}px` }}>
        {shown.map((index) => (
          <div
            key={index}
            role={roles[1]}
            data-row={index}
            {...(roles[1] === 'row'
              ? { 'aria-rowindex': index + 2 }
              : { 'aria-posinset': index + 1, 'aria-setsize': count })}
            style={{ top: `${index * rowHeight}px`, height: `${rowHeight}px` }}
            onFocusIn={() => {
              active.value = index;
            }}
          >
            {children(index, index === current ? 0 : -1)}
          </div>
        ))}
      </div>
    </div>
  );
}
