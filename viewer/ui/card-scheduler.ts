import type { Card } from '../cards/card.ts';
import type { Clock } from '../clock.ts';
import type { UserActivity } from '../user-activity.ts';

/** Milliseconds of a frame that cards newly in sight may take; the others wait for the next frame. */
const FIRST_TURN = 10;
/** New data are looked at no more often than this, in milliseconds. */
const BETWEEN_DATA = 50;
/** Milliseconds of a frame that drawing new data may take. A card that takes longer is still drawn whole. */
const DATA_TURN = 8;
/** Drawing new data then pauses this many times as long as it took: it gets at most a quarter of the time. */
const REST = 3;
/** {@link REST} while the user is active and needs the frames. */
const REST_WHILE_ACTIVE = 20;
/** The longest wait before looking again whether the user is still active, in milliseconds. */
const LONGEST_WAIT = 300;

/**
 * The one animation frame of a viewer. Draws visible cards only, each at most once a frame: what the user changed in the
 * next frame, new data when there is time, longest waiting first.
 */
export class CardScheduler {
  /** Cards whose view the user changed. */
  readonly #urgent: Set<Card> = new Set();
  /** Cards whose data changed. */
  readonly #data: Set<Card> = new Set();
  readonly #visible: Set<Card> = new Set();
  readonly #drawn: WeakSet<Card> = new WeakSet();
  readonly #onData: () => void;
  readonly #activity: UserActivity;
  readonly #clock: Clock;
  #cancelFrame: (() => void) | undefined;
  #cancelTimer: (() => void) | undefined;
  #dataWaits = false;
  #nextLook = 0;
  /** When new data were last drawn, and how long that took. */
  #dataEnd = 0;
  #dataCost = 0;

  /** @param onData is called in a frame that has time for new data; it requests the cards that changed */
  constructor(onData: () => void, activity: UserActivity, clock: Clock) {
    this.#onData = onData;
    this.#activity = activity;
    this.#clock = clock;
  }

  /** Draws the card in the next frame in which it is visible. */
  requestDraw(card: Card): void {
    this.#urgent.add(card);
    if (this.#visible.has(card)) this.#requestFrame();
  }

  /** Draws the card, whose data changed, when there is time. */
  requestDataDraw(card: Card): void {
    this.#data.add(card);
    if (this.#visible.has(card)) this.#requestDataFrame();
  }

  /** A card that becomes visible is drawn in the next frame if it waited. */
  setVisible(card: Card, visible: boolean): void {
    if (!visible) {
      this.#visible.delete(card);
      return;
    }
    this.#visible.add(card);
    if (this.#data.has(card)) this.#urgent.add(card);
    if (this.#urgent.has(card)) this.#requestFrame();
  }

  remove(card: Card): void {
    for (const cards of [this.#visible, this.#urgent, this.#data]) cards.delete(card);
  }

  dataChanged(): void {
    this.#dataWaits = true;
    this.#requestDataFrame();
  }

  /** Draws all waiting cards now, visible or not: for printing. */
  drawNow(): void {
    for (const card of new Set([...this.#urgent, ...this.#data])) this.#draw(card, true);
  }

  stop(): void {
    this.#cancelFrame?.();
    this.#cancelTimer?.();
    for (const cards of [this.#visible, this.#urgent, this.#data]) cards.clear();
  }

  #requestFrame(): void {
    this.#cancelFrame ??= this.#clock.frame(() => this.#run());
  }

  /** Requests a frame for the time at which new data may be drawn. */
  #requestDataFrame(): void {
    if (this.#cancelTimer !== undefined || this.#cancelFrame !== undefined) return;
    const drawing = [...this.#data].some((card) => this.#visible.has(card));
    if (!drawing && !this.#dataWaits) return;
    const due = Math.max(this.#nextDraw, drawing ? 0 : this.#nextLook);
    // Waits no longer than that: once the user is idle, data are due earlier.
    this.#cancelTimer = this.#clock.after(Math.min(LONGEST_WAIT, due - this.#clock.now()), () => {
      this.#cancelTimer = undefined;
      if (this.#clock.now() < this.#nextDraw) this.#requestDataFrame();
      else this.#requestFrame();
    });
  }

  #run(): void {
    this.#cancelFrame = undefined;
    const failures: unknown[] = [];
    const attempt = (act: () => void) => {
      try {
        act();
      } catch (error) {
        failures.push(error);
      }
    };
    const data = !this.#activity.isActive;
    const start = this.#clock.now();
    let hasFirst = false;
    // A copy: a card may request the next frame while it draws.
    for (const card of [...this.#urgent]) {
      if (!this.#visible.has(card)) continue;
      hasFirst ||= !this.#drawn.has(card);
      if (this.#drawn.has(card) || this.#clock.now() - start < FIRST_TURN) attempt(() => this.#draw(card, data));
      else this.#requestFrame();
    }
    // First pictures that took their time are shown before new data are drawn.
    if (!hasFirst || this.#clock.now() - start <= DATA_TURN) attempt(() => this.#runData(attempt));
    this.#requestDataFrame();
    if (failures.length > 0) throw failures[0];
  }

  #runData(attempt: (act: () => void) => void): void {
    const start = this.#clock.now();
    if (start < this.#nextDraw) return;
    if (this.#dataWaits && start >= this.#nextLook) {
      this.#dataWaits = false;
      this.#onData();
      this.#nextLook = start + BETWEEN_DATA;
    }
    for (const card of this.#data) {
      if (!this.#visible.has(card)) continue;
      attempt(() => this.#draw(card, true));
      if (this.#clock.now() - start > DATA_TURN) break;
    }
    this.#dataEnd = this.#clock.now();
    this.#dataCost = this.#dataEnd - start;
  }

  /** When new data may be drawn again. */
  get #nextDraw(): number {
    return this.#dataEnd + (this.#activity.isActive ? REST_WHILE_ACTIVE : REST) * this.#dataCost;
  }

  #draw(card: Card, data: boolean): void {
    // Removed before it draws: a card that fails is not tried in every frame.
    this.#urgent.delete(card);
    this.#data.delete(card);
    this.#drawn.add(card);
    if (!card.draw(data)) this.#data.add(card);
  }
}
