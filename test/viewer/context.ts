import { Axes } from '../../viewer/axes/axes.ts';
import type { CardContext } from '../../viewer/cards/card.ts';
import type { Store } from '../../viewer/data/store.ts';
import { FIRST_VIEW, type View, ViewState } from '../../viewer/state/view-state.ts';

/** What cards share, of cards that are never drawn in a page. */
export function contextOf(store: Store, view: Partial<View> = {}): CardContext {
  const state = new ViewState({ ...FIRST_VIEW, ...view });
  return { store, state, axes: new Axes(store, state), requestDraw() {} };
}
