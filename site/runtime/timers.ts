// Which timers of a block are pending: like Node, a block ends with the last of them.

/** Milliseconds for what comes after the last timer: the report of a rejection that nothing handles, for example. */
const AFTERMATH = 20;

/** Wraps the functions that start and stop timers. */
export function countTimers(): { ended(): Promise<void> } {
  const pending = new Set<number>();
  let onEnd = () => {};
  const isOver = (id: number | undefined) => {
    if (pending.delete(id!) && pending.size === 0) onEnd();
  };
  const { setTimeout, setInterval, clearTimeout, clearInterval } = globalThis;
  type Handler = (...values: unknown[]) => void;
  Object.assign(globalThis, {
    setTimeout(handler: Handler, delay?: number, ...values: unknown[]) {
      const id = Number(
        setTimeout(() => {
          try {
            handler(...values);
          } finally {
            isOver(id);
          }
        }, delay),
      );
      pending.add(id);
      return id;
    },
    setInterval(handler: Handler, delay?: number, ...values: unknown[]) {
      const id = Number(setInterval(handler, delay, ...values));
      pending.add(id);
      return id;
    },
    clearTimeout(id: number) {
      clearTimeout(id);
      isOver(id);
    },
    clearInterval(id: number) {
      clearInterval(id);
      isOver(id);
    },
  });
  return {
    ended: () =>
      new Promise((resolve) => {
        onEnd = () => setTimeout(() => pending.size === 0 && resolve(), AFTERMATH);
        if (pending.size === 0) onEnd();
      }),
  };
}
