import { setTimeout } from 'node:timers/promises';

const collect = globalThis.gc!;

/** Waits until a reference is collected; what a promise job still holds goes with the turns. */
export async function collected(reference: WeakRef<object>): Promise<boolean> {
  for (let i = 0; i < 20 && reference.deref() !== undefined; i++) {
    await setTimeout(5);
    collect();
  }
  return reference.deref() === undefined;
}
