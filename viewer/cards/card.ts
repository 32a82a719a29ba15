import type { Store } from '../data/store.ts';
import type { ViewState } from '../state/view-state.ts';

/** What a card is made from. */
export interface CardContext {
  readonly store: Store;
  readonly state: ViewState;
  /** Asks for {@link Card.draw} in the next frame, once however often it is asked. */
  requestDraw(card: Card): void;
}

/** One picture of the viewer. The frame around it, with its title and menu, is not its own. */
export interface Card {
  /** What goes into the page. */
  readonly element: HTMLElement;
  /**
   * Draws what the store and the view say now, in the size that the element has. Called in an animation frame.
   * @param data whether data that came since must be shown, and may not wait. Default true.
   * @returns whether the newest data are shown, or will be without being asked for
   */
  draw(data?: boolean): boolean;
  /** For export: the picture as it is now, as the text of an SVG file. */
  toSvg(): string;
  /** For export: the data that are drawn, as rows of a table. The first row is the heading. */
  toRows(): readonly (readonly (string | number)[])[];
  /** Takes back what it listens to. */
  destroy(): void;
}
