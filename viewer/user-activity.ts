import type { Clock } from './clock.ts';

/** The user counts as active for this many milliseconds after an event. */
const ACTIVE_FOR = 300;

/** Whether the user is moving something. If so, frames come first; reading and new data wait. */
export class UserActivity {
  readonly #clock: Clock;
  readonly #abort: AbortController = new AbortController();
  #lastEvent = Number.NEGATIVE_INFINITY;

  constructor({ pointer, keys, scrolled }: Record<'pointer' | 'keys' | 'scrolled', EventTarget>, clock: Clock) {
    this.#clock = clock;
    const onEvent = () => {
      this.#lastEvent = clock.now();
    };
    const events = [
      [pointer, 'pointermove'],
      [pointer, 'wheel'],
      [keys, 'keydown'],
      [scrolled, 'scroll'],
    ] as const;
    for (const [target, type] of events) {
      target.addEventListener(type, onEvent, { capture: true, passive: true, signal: this.#abort.signal });
    }
  }

  get isActive(): boolean {
    return this.#clock.now() - this.#lastEvent < ACTIVE_FOR;
  }

  stop(): void {
    this.#abort.abort();
  }
}
