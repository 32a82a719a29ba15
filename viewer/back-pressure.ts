import type { UserActivity } from './user-activity.ts';

/** After so many milliseconds of taking points the page gets its turn. */
const TURN = 12;
/** After the first points there is so long, in milliseconds, to show something of them: nothing of the page is warm yet. */
const FIRST = 150;
/** While a hand moves, taking points rests so many times as long as it took: frames come first, the files can wait. */
const REST = 6;
/** At least so long, in milliseconds, since whoever reads them wants a processor too. */
const LEAST_REST = 100;

/** When a source may give more. As fast as it can, as long as nobody moves anything; otherwise so that frames have time. */
export class BackPressure {
  readonly #activity: Pick<UserActivity, 'isActive'>;
  #turnEnds = 0;
  #next = 0;
  #isFirst = true;

  constructor(activity: Pick<UserActivity, 'isActive'>) {
    this.#activity = activity;
  }

  /** @param take takes points @returns what the source waits for; undefined: nothing */
  take(take: () => void): Promise<void> | undefined {
    const start = performance.now();
    take();
    const end = performance.now();
    if (this.#activity.isActive) {
      // One after the other, also where several batches have come.
      this.#next = Math.max(this.#next, end) + Math.max(LEAST_REST, REST * (end - start));
      return new Promise((resolve) => setTimeout(resolve, this.#next - end));
    }
    if (this.#isFirst) {
      this.#isFirst = false;
      return new Promise((resolve) => setTimeout(resolve, FIRST));
    }
    if (end < this.#turnEnds) return undefined;
    return new Promise((resolve) =>
      setTimeout(() => {
        this.#turnEnds = performance.now() + TURN;
        resolve();
      }),
    );
  }
}
