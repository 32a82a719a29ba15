/**
 * @file What is still to be written when the process ends: one 'exit' listener for all writers, because Node warns at
 * the eleventh. 'exit' comes after a normal end, `process.exit()` and an uncaught exception; a signal skips it.
 */
import { nodeBuiltins } from './node.ts';

/** Something that waits in memory. */
export interface Waiting {
  /** Writes it down, synchronously: nothing asynchronous runs in an exiting process. */
  drain(): void;
}

/** Holds only those with something to write, so that a writer that is forgotten can be collected. */
const waiting = new Set<Waiting>();
let state: 'idle' | 'listening' | 'exiting' = 'idle';

/** Drains it when the process ends, unless {@link forget} is called before. In a browser nothing can be done. */
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

/** One that fails must not keep the others from being written. */
function drainAll(): void {
  for (const item of waiting) {
    try {
      item.drain();
    } catch (error) {
      console.error(`layertap: records were lost when the process ended: ${(error as Error).message}`);
    }
  }
}
