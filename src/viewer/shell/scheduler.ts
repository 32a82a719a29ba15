import type { Card } from '../cards/card.ts';

/** New data are drawn this often at most, in milliseconds; what the user does, in every frame. */
const BETWEEN_DATA = 50;

/** The one animation frame of a viewer: draws what asked for it and can be seen, once. */
export class Scheduler {
  readonly #waiting: Set<Card> = new Set();
  readonly #visible: Set<Card> = new Set();
  readonly #beforeFrame: () => void;
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastData = Number.NEGATIVE_INFINITY;
  #dataWaits = false;

  /** @param onData is called in a frame in which new data may be drawn; it asks for the cards that changed */
  constructor(onData: () => void) {
    this.#beforeFrame = onData;
  }

  /** Draws the card in the next frame in which it can be seen. */
  requestDraw(card: Card): void {
    this.#waiting.add(card);
    if (this.#visible.has(card)) this.#ask();
  }

  /** Says whether a card can be seen. One that waited while it could not is drawn now. */
  setVisible(card: Card, visible: boolean): void {
    if (visible) {
      this.#visible.add(card);
      if (this.#waiting.has(card)) this.#ask();
    } else {
      this.#visible.delete(card);
    }
  }

  /** Forgets a card. */
  remove(card: Card): void {
    this.#visible.delete(card);
    this.#waiting.delete(card);
  }

  /** There are new data. */
  dataChanged(): void {
    this.#dataWaits = true;
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#ask();
      },
      Math.max(0, this.#lastData + BETWEEN_DATA - performance.now()),
    );
  }

  /** Draws everything that waits at once, seen or not: for printing. */
  drawNow(): void {
    for (const card of this.#waiting) card.draw();
    this.#waiting.clear();
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#waiting.clear();
    this.#visible.clear();
  }

  #ask(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.#dataWaits && this.#timer === undefined) {
        this.#dataWaits = false;
        this.#lastData = performance.now();
        this.#beforeFrame();
      }
      const failures: unknown[] = [];
      for (const card of this.#waiting) {
        if (!this.#visible.has(card)) continue;
        this.#waiting.delete(card);
        try {
          card.draw();
        } catch (error) {
          failures.push(error);
        }
      }
      // The others were drawn all the same.
      if (failures.length > 0) throw failures[0];
    });
  }
}
