/** Time for repainting in one frame, in milliseconds. */
const TURN = 6;
/** Part of the time for repainting while the user moves something. A slow picture is made up for by a pause. */
const SHARE = 0.15;
/** The user has come to rest after this time without a change, in milliseconds. Then all cards are repainted. */
const STILL = 100;
/** Most painting time that has to be made up for, in milliseconds. */
const MOST_OWED = 40;
/** A card that has not asked for this long, in milliseconds, is out of sight and loses its turn. */
const GONE = 200;

/**
 * Decides which visible cards repaint in a frame while the user zooms or pans all of them: the one that has waited
 * longest, then others while there is time. The rest show their old picture, moved.
 */
export class ZoomTurns {
  /** The waiting cards, from the longest wait to the shortest, with the frame in which each asked last. */
  readonly #waiting: Map<object, number> = new Map();
  #frame: number = Number.NEGATIVE_INFINITY;
  #spent = 0;
  /** Painting time beyond {@link SHARE} of the time passed. */
  #owed = 0;
  #moved: number = Number.NEGATIVE_INFINITY;

  /**
   * @param frame time of the frame, in milliseconds
   * @param moved whether this card has changed since the last frame
   * @returns whether the card may repaint
   */
  ask(card: object, frame: number, moved: boolean): boolean {
    if (frame !== this.#frame) {
      this.#owed = Math.max(0, this.#owed - SHARE * (frame - this.#frame));
      this.#frame = frame;
      this.#spent = 0;
    }
    this.#waiting.set(card, frame);
    if (moved) this.#moved = frame;
    if (frame - this.#moved < STILL && this.#owed > TURN) return false;
    for (const [other, asked] of this.#waiting) {
      if (frame - asked > GONE) this.#waiting.delete(other);
      else return other === card && this.#spent < TURN;
    }
    return false;
  }

  forget(card: object): void {
    this.#waiting.delete(card);
  }

  /** Notes that a card has repainted. @param time in milliseconds */
  took(card: object, time: number): void {
    this.#waiting.delete(card);
    this.#spent += time;
    this.#owed = Math.min(this.#owed + time, MOST_OWED);
  }
}
