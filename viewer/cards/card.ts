import type { Axes } from '../axes/axes.ts';
import type { Store } from '../data/store.ts';
import type { ViewState } from '../state/view-state.ts';
import type { Readout } from './readout.ts';

export interface CardContext {
  readonly store: Store;
  readonly state: ViewState;
  readonly axes: Axes;
  /** Calls {@link Card.draw} once in the next frame. */
  requestDraw(card: Card): void;
}

/** A table, whose first row is the heading. */
export type Rows = readonly (readonly (string | number)[])[];

/** One chart of the viewer, without the title and the menu around it. */
export interface Card {
  readonly element: HTMLElement;
  /**
   * Draws the current data and view at the current size of the element. Called in an animation frame.
   * @param newData whether data that came since the last drawing must be shown. Default true.
   * @returns whether the newest data are shown, or will be without another call
   */
  draw(newData?: boolean): boolean;
  /** The records at the pointer, or the last ones. A card of one text or image has none. */
  readout?(): Readout;
  toSvg(): string | Promise<string>;
  /** The drawn data, with all records that its source keeps. */
  toRows(): Rows | Promise<Rows>;
  destroy(): void;
}
