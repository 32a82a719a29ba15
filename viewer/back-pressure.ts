import type { Clock } from './clock.ts';
import type { UserActivity } from './user-activity.ts';

/** After taking points for this many milliseconds, the source lets the page run. */
const TURN = 12;
/** After the first points the page gets this many milliseconds to show them: none of its code is warm yet. */
const FIRST = 150;
/** While the user is active, the source pauses this many times as long as taking the points took. */
const REST = 6;
/** The shortest of these pauses, in milliseconds: reading takes a processor too. */
const LEAST_REST = 100;

/**
 * Paces a source: as fast as it can while the user is idle, in between frames while the user is active.
 * @returns a function that runs `take`, and returns the promise that the source must await, if any
 */
export function backPressure(activity: UserActivity, clock: Clock): (take: () => void) => Promise<void> | undefined {
  let turnEnds = 0;
  let next = 0;
  let isFirst = true;
  const wait = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      clock.after(milliseconds, resolve);
    });
  return (take) => {
    const start = clock.now();
    take();
    const end = clock.now();
    if (activity.isActive) {
      // Counted from the last pause: several batches may arrive in one.
      next = Math.max(next, end) + Math.max(LEAST_REST, REST * (end - start));
      return wait(next - end);
    }
    if (isFirst) {
      isFirst = false;
      return wait(FIRST);
    }
    if (end < turnEnds) return undefined;
    return wait(0).then(() => {
      turnEnds = clock.now() + TURN;
    });
  };
}
