/** What painting pictures anew may take of one frame, in milliseconds, before the others wait for the next. */
const TURN = 6;
/** Who has not asked for so long, in milliseconds, does not wait any more: it went out of sight. */
const GONE = 200;

/**
 * Which of the cards in sight paints its picture anew in this frame, while a hand moves all of them: the one that waits
 * longest, and others as long as there is time. The rest show what they have, moved to where it belongs.
 */
export class PaintTurns {
  /** Who waits, the longest first, and when it asked last. */
  readonly #waiting: Map<object, number> = new Map();
  #frame: number | undefined;
  #spent = 0;

  /** @param frame the time of the frame, the same for everybody who asks in it. @returns whether it is this one's turn */
  ask(who: object, frame: number): boolean {
    if (frame !== this.#frame) {
      this.#frame = frame;
      this.#spent = 0;
    }
    this.#waiting.set(who, frame);
    for (const [other, asked] of this.#waiting) {
      if (frame - asked > GONE) this.#waiting.delete(other);
      else return other === who && this.#spent < TURN;
    }
    return false;
  }

  /** Says that one has painted, for so many milliseconds. */
  took(who: object, time: number): void {
    this.#waiting.delete(who);
    this.#spent += time;
  }
}
