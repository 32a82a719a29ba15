/** What time it is, and later. Tests have one of their own. */
export interface Clock {
  /** Milliseconds since some moment. */
  now(): number;
  /** Calls `fn` once, in a task of its own, after so many milliseconds. @returns how to call that off */
  after(milliseconds: number, fn: () => void): () => void;
  /** Calls `fn` again and again. @returns how to stop it. Keeps no program running */
  every(milliseconds: number, fn: () => void): () => void;
}

export const CLOCK: Clock = {
  now: () => performance.now(),
  after(milliseconds, fn) {
    const timer = setTimeout(fn, milliseconds);
    return () => clearTimeout(timer);
  },
  every(milliseconds, fn) {
    const timer: unknown = setInterval(fn, milliseconds);
    // In Node a timer is an object, and the program goes on for it.
    (timer as { unref?: () => void }).unref?.();
    return () => clearInterval(timer as number);
  },
};
