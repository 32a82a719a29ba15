import { setImmediate } from 'node:timers/promises';

const collect = globalThis.gc!;

/** Whether an object gets collected. Promise jobs may keep it alive for some turns. */
export async function collected(reference: WeakRef<object>): Promise<boolean> {
  for (let i = 0; i < 20 && reference.deref() !== undefined; i++) {
    await setImmediate();
    collect();
  }
  return reference.deref() === undefined;
}
