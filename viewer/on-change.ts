import type { ReadonlySignal } from '@preact/signals-core';

/** Calls the listener after each change of the signal. @returns a function that stops this */
export function onChange<T>(source: ReadonlySignal<T>, listener: (now: T, before: T) => void): () => void {
  let before = source.peek();
  let started = false;
  // subscribe() calls once at the start.
  return source.subscribe((now) => {
    const last = before;
    before = now;
    if (started) listener(now, last);
    started = true;
  });
}
