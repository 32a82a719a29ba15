import type { Clock } from '../../viewer/clock.ts';

interface Timer {
  at: number;
  readonly period: number | undefined;
  readonly fn: () => void;
}

/** A clock that a test drives. */
export class FakeClock implements Clock {
  #now = 1000;
  readonly #timers: Set<Timer> = new Set();
  readonly #frames: Set<() => void> = new Set();

  now(): number {
    return this.#now;
  }

  /** Time passes inside a task: no timer fires. */
  spend(milliseconds: number): void {
    this.#now += milliseconds;
  }

  after(milliseconds: number, fn: () => void): () => void {
    return this.#add({ at: this.#now + milliseconds, period: undefined, fn });
  }

  every(milliseconds: number, fn: () => void): () => void {
    return this.#add({ at: this.#now + milliseconds, period: milliseconds, fn });
  }

  frame(fn: () => void): () => void {
    this.#frames.add(fn);
    return () => this.#frames.delete(fn);
  }

  /** Runs the requested frames. */
  runFrame(): void {
    const frames = [...this.#frames];
    this.#frames.clear();
    for (const fn of frames) fn();
  }

  #add(timer: Timer): () => void {
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** The number of active timers. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Time passes; timers fire, each followed by the asynchronous work that it started. */
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
