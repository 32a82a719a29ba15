import type { ViewState } from '../state/view-state.ts';

export interface KeyActions {
  filter(): void;
  help(): void;
  /** Undefined if there is nothing to pause. */
  readonly pause: (() => void) | undefined;
  move(direction: 1 | -1): void;
}

/**
 * Handles the viewer's keys, except in text fields and with Ctrl, Alt or Meta.
 * @returns whether it handled the key
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
