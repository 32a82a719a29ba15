import type { Store } from '../data/store.ts';
import type { Range, View } from '../state/view-state.ts';
import { INSET } from './insets.ts';

/** From steps to pixels of a card and back. */
export interface StepScale {
  readonly from: number;
  readonly to: number;
  /** Where the plot ends, in CSS pixels from the left of the card. It begins at `INSET.left`. */
  readonly end: number;
  x(step: number): number;
  /** Within the plot. */
  step(x: number): number;
}

/** The steps that the view wants over the width of a card; one step alone stands in the middle. */
export function stepScale(view: View, store: Store, width: number): StepScale {
  const [from, to]: Range = view.steps ?? store.steps ?? [0, 1];
  const end = Math.max(INSET.left + 1, width - INSET.right);
  const length = end - INSET.left;
  const span = to - from;
  return {
    from,
    to,
    end,
    x: (step) => (span === 0 ? INSET.left + length / 2 : INSET.left + ((step - from) / span) * length),
    step: (x) => from + Math.min(1, Math.max(0, (x - INSET.left) / length)) * span,
  };
}
