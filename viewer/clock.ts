/** Time, passed in so that tests can drive it. */
export interface Clock {
  /** Milliseconds from an arbitrary origin. */
  now(): number;
  /** Calls `fn` once, in its own task, after this many milliseconds. @returns a function that cancels the call */
  after(milliseconds: number, fn: () => void): () => void;
  /** Calls `fn` repeatedly, without keeping a program alive. @returns a function that stops the calls */
  every(milliseconds: number, fn: () => void): () => void;
  /** Calls `fn` in the next animation frame. @returns a function that cancels the call */
  frame(fn: () => void): () => void;
}

export const CLOCK: Clock = {
  now: () => performance.now(),
  after(milliseconds, fn) {
    const timer = setTimeout(fn, milliseconds);
    return () => clearTimeout(timer);
  },
  every(milliseconds, fn) {
    const timer: unknown = setInterval(fn, milliseconds);
    // Node's timers are objects that keep the program alive.
    (timer as { unref?: () => void }).unref?.();
    return () => clearInterval(timer as number);
  },
  frame(fn) {
    const request = requestAnimationFrame(fn);
    return () => cancelAnimationFrame(request);
  },
};

/**
 * Calls `act` in the next frame, once for all requests before it. Without this, writing to the page at each pointer event
 * would force a layout for each.
 */
export function oncePerFrame(act: () => void, clock: Clock = CLOCK): () => void {
  let requested = false;
  return () => {
    if (requested) return;
    requested = true;
    clock.frame(() => {
      requested = false;
      act();
    });
  };
}
