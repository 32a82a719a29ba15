import type { Clock } from '../../viewer/clock.ts';

interface Timer {
  at: number;
  readonly period: number | undefined;
  readonly fn: () => void;
}

/** Time that goes by where a test says so. */
export class FakeClock implements Clock {
  #now = 1000;
  readonly #timers: Set<Timer> = new Set();

  now(): number {
    return this.#now;
  }

  /** Time is spent, and no timer has its turn: as in a task that takes long. */
  spend(milliseconds: number): void {
    this.#now += milliseconds;
  }

  after(milliseconds: number, fn: () => void): () => void {
    return this.#add({ at: this.#now + milliseconds, period: undefined, fn });
  }

  every(milliseconds: number, fn: () => void): () => void {
    return this.#add({ at: this.#now + milliseconds, period: milliseconds, fn });
  }

  #add(timer: Timer): () => void {
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** How many timers run. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Time goes by, timers have their turns, and what they started asynchronously goes on. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await new Promise((resolve) => setImmediate(resolve));
    for (;;) {
      const next = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.at);
      if (next.period === undefined) this.#timers.delete(next);
      else next.at = this.#now + next.period;
      next.fn();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#now = Math.max(this.#now, end);
  }
}
