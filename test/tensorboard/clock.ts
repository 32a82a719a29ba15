/**
 * Replaces `performance.now`, `setTimeout` and `clearTimeout` by a clock that the test drives. `setImmediate` still works.
 */
export async function withClock(run: (clock: Clock) => void | Promise<void>): Promise<void> {
  const { setTimeout, clearTimeout } = globalThis;
  const now = performance.now;
  const clock = new Clock();
  Object.assign(globalThis, { setTimeout: clock.setTimeout, clearTimeout: clock.clearTimeout });
  performance.now = () => clock.now;
  try {
    await run(clock);
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
    performance.now = now;
  }
}

export class Clock {
  now = 1000;
  #next = 0;
  readonly #timers = new Map<number, { readonly at: number; readonly action: () => void }>();

  readonly setTimeout = (action: () => void, milliseconds: number): number => {
    this.#timers.set(++this.#next, { at: this.now + milliseconds, action });
    return this.#next;
  };

  readonly clearTimeout = (timer: number): void => {
    this.#timers.delete(timer);
  };

  /** Moves the time, and fires the timers that are due. */
  advance(milliseconds: number): void {
    this.now += milliseconds;
    for (const [timer, { at, action }] of [...this.#timers]) {
      if (at <= this.now && this.#timers.delete(timer)) action();
    }
  }
}
