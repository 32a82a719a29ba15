import type { ViewState } from '../state/view-state.ts';

/** What keys ask of the rest. */
export interface KeyActions {
  filter(): void;
  help(): void;
  /** Undefined where nothing can be paused. */
  readonly pause: (() => void) | undefined;
  /** To the next card, or the one before. */
  move(direction: 1 | -1): void;
}

/**
 * The viewer's keys. Whoever writes into a field is left alone, and so are keys with Ctrl, Alt or Meta.
 * @returns whether the key was one of them
 */
export function handleKey(event: KeyboardEvent, state: ViewState, actions: KeyActions): boolean {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return false;
  const target = event.composedPath()[0] as HTMLElement | undefined;
  const { view } = state;
  if (
    target?.matches?.(
      'input:not([type=checkbox]):not([type=radio]):not([type=range]),select,textarea,[contenteditable]',
    )
  ) {
    if (event.key !== 'Escape') return false;
    target.blur();
    return true;
  }
  switch (event.key) {
    case '/':
      actions.filter();
      return true;
    case '?':
      actions.help();
      return true;
    case 'j':
    case 'k':
      actions.move(event.key === 'j' ? 1 : -1);
      return true;
    case 'h':
      state.change({ histograms: 'heat' });
      return true;
    case 'r':
      state.change({ histograms: 'ridge' });
      return true;
    case 'o':
      state.change({ histograms: 'overlay' });
      return true;
    case 'l':
      state.change({ valueAxis: view.valueAxis === 'linear' ? 'symlog' : 'linear' });
      return true;
    case 'p':
      actions.pause?.();
      return actions.pause !== undefined;
    case 'Escape':
      if (view.brush !== undefined) state.change({ brush: undefined });
      else if (view.steps !== undefined) state.change({ steps: undefined });
      else return false;
      return true;
    default:
      return false;
  }
}
