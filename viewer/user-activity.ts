/** A hand that did nothing for so long, in milliseconds, rests. */
const RESTS_AFTER = 300;

/** Where a hand is listened to: over the viewer, at its keys, and on the page, which is what scrolls. */
export interface ActivityTargets {
  readonly pointer: EventTarget;
  readonly keys: EventTarget;
  readonly scrolled: EventTarget;
}

/** Whether somebody moves something: frames come first then, and what can wait does. */
export class UserActivity {
  #moved = Number.NEGATIVE_INFINITY;
  readonly #ended: AbortController = new AbortController();

  constructor({ pointer, keys, scrolled }: ActivityTargets) {
    const moved = () => {
      this.#moved = performance.now();
    };
    const events = [
      [pointer, 'pointermove'],
      [pointer, 'wheel'],
      [keys, 'keydown'],
      [scrolled, 'scroll'],
    ] as const;
    for (const [target, type] of events) {
      target.addEventListener(type, moved, { capture: true, passive: true, signal: this.#ended.signal });
    }
  }

  get isActive(): boolean {
    return performance.now() - this.#moved < RESTS_AFTER;
  }

  stop(): void {
    this.#ended.abort();
  }
}
