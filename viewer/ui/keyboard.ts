import type { View, ViewState } from '../state/view-state.ts';

export interface KeyActions {
  filter(): void;
  help(): void;
  /** Undefined if there is nothing to pause. */
  readonly pause: (() => void) | undefined;
  move(direction: 1 | -1): void;
}

const TEXT_FIELDS = 'input:not([type=checkbox]):not([type=radio]):not([type=range]),select,textarea,[contenteditable]';

/**
 * Handles the viewer's keys, except in text fields and with Ctrl, Alt or Meta.
 * @returns whether it handled the key
 */
export function handleKey(event: KeyboardEvent, state: ViewState, actions: KeyActions): boolean {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return false;
  const target = event.composedPath()[0] as HTMLElement | undefined;
  const { view } = state;
  if (target?.matches?.(TEXT_FIELDS)) {
    if (event.key !== 'Escape') return false;
    target.blur();
    return true;
  }
  const change = (changes: Partial<View>) => () => state.change(changes);
  const marked = view.brush.size === 0 ? 'steps' : 'brush';
  const handlers: Readonly<Record<string, (() => void) | undefined>> = {
    '/': actions.filter,
    '?': actions.help,
    j: () => actions.move(1),
    k: () => actions.move(-1),
    h: change({ histograms: 'heat' }),
    r: change({ histograms: 'ridge' }),
    o: change({ histograms: 'overlay' }),
    l: change({ valueAxis: view.valueAxis === 'linear' ? 'symlog' : 'linear' }),
    p: actions.pause,
    Escape: view[marked].size === 0 ? undefined : change({ [marked]: new Map() }),
  };
  const handler = handlers[event.key];
  handler?.();
  return handler !== undefined;
}
