/**
 * @file Writes what still waits when the process ends. All writers share one 'exit' listener, because Node warns at the
 * eleventh. 'exit' is emitted after a normal end, `process.exit()` and an uncaught exception, but not for a signal.
 */
import { nodeBuiltins } from './node.ts';

/** Holds records in memory. */
export interface Waiting {
  /** Writes them synchronously: nothing asynchronous runs in an exiting process. */
  drain(): void;
}

/** Only items with records to write, so that an unused writer can be collected. */
const waiting = new Set<Waiting>();
let state: 'idle' | 'listening' | 'exiting' = 'idle';

/** Drains the item when the process ends, unless {@link forget} is called before. Does nothing in a browser. */
export function drainAtExit(item: Waiting): void {
  const node = state === 'idle' ? nodeBuiltins() : undefined;
  if (state === 'idle' && node === undefined) return;
  waiting.add(item);
  if (state === 'exiting') drainAll();
  if (state === 'idle') {
    state = 'listening';
    node!.process.on('exit', () => {
      state = 'exiting';
      drainAll();
    });
  }
}

export function forget(item: Waiting): void {
  waiting.delete(item);
}

/** An item that fails must not keep the others from being written. */
function drainAll(): void {
  for (const item of waiting) {
    try {
      item.drain();
    } catch (error) {
      console.error(`layertap: records were lost when the process ended: ${(error as Error).message}`);
    }
  }
}
