import type { Clock } from './clock.ts';
import type { UserActivity } from './user-activity.ts';

/** After this many milliseconds of taking points the page gets a turn. */
const TURN = 12;
/** After the first points the page gets this many milliseconds to show them: none of its code is warm yet. */
const FIRST = 150;
/** While the user is active, the source pauses this many times as long as taking the points took, … */
const REST = 6;
/** … and at least this many milliseconds, since reading takes a processor too. */
const LEAST_REST = 100;

/** Paces a source: as fast as it can while the user is idle, in between frames while the user is active. */
export class BackPressure {
  readonly #activity: Pick<UserActivity, 'isActive'>;
  readonly #clock: Clock;
  #turnEnds = 0;
  #next = 0;
  #isFirst = true;

  constructor(activity: Pick<UserActivity, 'isActive'>, clock: Clock) {
    this.#activity = activity;
    this.#clock = clock;
  }

  /** Runs `take`. @returns what the source must wait for, if anything */
  take(take: () => void): Promise<void> | undefined {
    const start = this.#clock.now();
    take();
    const end = this.#clock.now();
    if (this.#activity.isActive) {
      // Counted from the last pause: several batches may arrive in one.
      this.#next = Math.max(this.#next, end) + Math.max(LEAST_REST, REST * (end - start));
      return this.#wait(this.#next - end);
    }
    if (this.#isFirst) {
      this.#isFirst = false;
      return this.#wait(FIRST);
    }
    if (end < this.#turnEnds) return undefined;
    return this.#wait(0, () => {
      this.#turnEnds = this.#clock.now() + TURN;
    });
  }

  #wait(milliseconds: number, then: () => void = () => {}): Promise<void> {
    return new Promise((resolve) =>
      this.#clock.after(milliseconds, () => {
        then();
        resolve();
      }),
    );
  }
}
