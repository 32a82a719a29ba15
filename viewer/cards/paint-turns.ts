/** What painting pictures anew may take of one frame, in milliseconds, before the others wait for the next. */
const TURN = 6;
/** What it may take of the time while a hand moves. A picture that takes longer than a frame lets the next ones rest. */
const SHARE = 0.15;
/** A hand that wanted nothing else for so long, in milliseconds, has come to rest: everything is painted as it should be. */
const STILL = 100;
/** No picture is so dear that others rest for more than this, in milliseconds of painting. */
const MOST_OWED = 40;
/** Who has not asked for so long, in milliseconds, does not wait any more: it went out of sight. */
const GONE = 200;

/**
 * Which of the cards in sight paints its picture anew in this frame, while a hand moves all of them: the one that waits
 * longest, and others as long as there is time. The rest show what they have, moved to where it belongs.
 */
export class PaintTurns {
  /** Who waits, the longest first, and when it asked last. */
  readonly #waiting: Map<object, number> = new Map();
  #frame: number = Number.NEGATIVE_INFINITY;
  #spent = 0;
  /** What was spent, less what the time since then allows for. */
  #owed = 0;
  /** The last frame in which somebody wanted something else. */
  #moved: number = Number.NEGATIVE_INFINITY;

  /**
   * @param frame the time of the frame, in milliseconds, the same for everybody who asks in it
   * @param moved whether this one wants something else than in the last frame
   * @returns whether it is this one's turn
   */
  ask(who: object, frame: number, moved: boolean): boolean {
    if (frame !== this.#frame) {
      this.#owed = Math.max(0, this.#owed - SHARE * (frame - this.#frame));
      this.#frame = frame;
      this.#spent = 0;
    }
    this.#waiting.set(who, frame);
    if (moved) this.#moved = frame;
    if (frame - this.#moved < STILL && this.#owed > TURN) return false;
    for (const [other, asked] of this.#waiting) {
      if (frame - asked > GONE) this.#waiting.delete(other);
      else return other === who && this.#spent < TURN;
    }
    return false;
  }

  /** One is gone. */
  forget(who: object): void {
    this.#waiting.delete(who);
  }

  /** Says that one has painted, for so many milliseconds. */
  took(who: object, time: number): void {
    this.#waiting.delete(who);
    this.#spent += time;
    this.#owed = Math.min(this.#owed + time, MOST_OWED);
  }
}
