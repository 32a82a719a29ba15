import type { Card } from '../cards/card.ts';
import type { UserActivity } from '../user-activity.ts';

/** What cards that come into sight may take of one frame, in milliseconds, before the next ones wait for another. */
const FIRST_TURN = 10;
/** How often new data are looked at, at most, in milliseconds. */
const BETWEEN_DATA = 50;
/** What drawing new data may take of one frame, in milliseconds; a card that takes longer is drawn whole. */
const DATA_TURN = 8;
/** After that, drawing new data rests so many times as long: it takes a quarter of the time at most. */
const REST = 3;
/** The same while a hand moves, which wants the frames. */
const REST_WHILE_MOVING = 20;
/** Whether the hand still moves is looked at so often, in milliseconds. */
const LONGEST_WAIT = 300;

/**
 * The one animation frame of a viewer. What the user does is drawn in the next frame; new data are drawn as often as there
 * is time for, those first that wait longest. Only what can be seen is drawn, once a frame.
 */
export class Scheduler {
  /** Cards that show what the user changed, and cards whose data changed. */
  readonly #urgent: Set<Card> = new Set();
  readonly #data: Set<Card> = new Set();
  readonly #visible: Set<Card> = new Set();
  /** Cards of which something is to be seen already. */
  readonly #drawn: WeakSet<Card> = new WeakSet();
  readonly #onData: () => void;
  readonly #activity: Pick<UserActivity, 'isActive'>;
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dataWaits = false;
  #nextLook = 0;
  /** When drawing new data ended last, and how long it took. */
  #dataEnd = 0;
  #dataCost = 0;

  /** @param onData is called in a frame in which new data may be looked at; it asks for the cards that changed */
  constructor(onData: () => void, activity: Pick<UserActivity, 'isActive'>) {
    this.#onData = onData;
    this.#activity = activity;
  }

  /** Draws the card in the next frame in which it can be seen. */
  requestDraw(card: Card): void {
    this.#urgent.add(card);
    if (this.#visible.has(card)) this.#ask();
  }

  /** Draws the card, whose data changed, when there is time. */
  requestDataDraw(card: Card): void {
    this.#data.add(card);
    if (this.#visible.has(card)) this.#askForData();
  }

  /** Says whether a card can be seen. One that waited while it could not is drawn now. */
  setVisible(card: Card, visible: boolean): void {
    if (!visible) {
      this.#visible.delete(card);
      return;
    }
    this.#visible.add(card);
    if (this.#data.has(card)) this.#urgent.add(card);
    if (this.#urgent.has(card)) this.#ask();
  }

  /** Forgets a card. */
  remove(card: Card): void {
    for (const cards of [this.#visible, this.#urgent, this.#data]) cards.delete(card);
  }

  /** There are new data. */
  dataChanged(): void {
    this.#dataWaits = true;
    this.#askForData();
  }

  /** Draws everything that waits at once, seen or not: for printing. */
  drawNow(): void {
    for (const card of new Set([...this.#urgent, ...this.#data])) this.#draw(card, true);
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    for (const cards of [this.#visible, this.#urgent, this.#data]) cards.clear();
  }

  #ask(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#run());
  }

  /** Asks for a frame when the next data are due. */
  #askForData(): void {
    if (this.#timer !== undefined || this.#frame !== 0) return;
    const drawing = [...this.#data].some((card) => this.#visible.has(card));
    if (!drawing && !this.#dataWaits) return;
    const due = Math.max(this.#nextDraw, drawing ? 0 : this.#nextLook);
    // Not longer: the hand may rest before.
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        if (performance.now() < this.#nextDraw) this.#askForData();
        else this.#ask();
      },
      Math.min(LONGEST_WAIT, due - performance.now()),
    );
  }

  #run(): void {
    this.#frame = 0;
    const failures: unknown[] = [];
    const attempt = (act: () => void) => {
      try {
        act();
      } catch (error) {
        failures.push(error);
      }
    };
    // A copy: a card may ask for the next frame while it is drawn.
    const data = !this.#activity.isActive;
    const start = performance.now();
    for (const card of [...this.#urgent]) {
      if (!this.#visible.has(card)) continue;
      if (this.#drawn.has(card) || performance.now() - start < FIRST_TURN) attempt(() => this.#draw(card, data));
      else this.#ask();
    }
    attempt(() => this.#runData(attempt));
    this.#askForData();
    // The others were drawn all the same.
    if (failures.length > 0) throw failures[0];
  }

  #runData(attempt: (act: () => void) => void): void {
    const start = performance.now();
    if (start < this.#nextDraw) return;
    if (this.#dataWaits && start >= this.#nextLook) {
      this.#dataWaits = false;
      this.#onData();
      this.#nextLook = start + BETWEEN_DATA;
    }
    for (const card of this.#data) {
      if (!this.#visible.has(card)) continue;
      attempt(() => this.#draw(card, true));
      if (performance.now() - start > DATA_TURN) break;
    }
    const end = performance.now();
    [this.#dataEnd, this.#dataCost] = [end, end - start];
  }

  /** When new data may be drawn again. */
  get #nextDraw(): number {
    return this.#dataEnd + (this.#activity.isActive ? REST_WHILE_MOVING : REST) * this.#dataCost;
  }

  #draw(card: Card, data: boolean): void {
    this.#urgent.delete(card);
    this.#drawn.add(card);
    // First: one that fails is not tried again and again.
    this.#data.delete(card);
    if (!card.draw(data)) this.#data.add(card);
  }
}
