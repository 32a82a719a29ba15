import type { ViewState } from '../state/view-state.ts';

type Listeners = Readonly<Record<'onPointerEnter' | 'onPointerLeave' | 'onFocusIn' | 'onFocusOut', () => void>>;

/** For the row of a run: charts draw its lines in front while it is pointed at, or has the focus. */
export function pointing(state: ViewState, run: string): Listeners {
  const start = () => state.change({ run });
  const end = () => state.change({ run: undefined });
  return { onPointerEnter: start, onPointerLeave: end, onFocusIn: start, onFocusOut: end };
}
