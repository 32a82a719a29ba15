/** @file Registering, and collecting what is registered while a function runs, for `withHooks`. */
import { RemovableHandle } from './handle.ts';
import type { HookTable, Registration } from './hook-table.ts';

/**
 * The lists that are collecting, the innermost last; each belongs to a function that runs synchronously. All copies of
 * layertap in the process share them, so that `withHooks` also removes what is registered on modules of another copy.
 */
const COLLECTING = Symbol.for('layertap.scopes');
const shared = globalThis as { [COLLECTING]?: { remove(): void }[][] };

/** Every registration goes through here. */
export function register(table: HookTable, registration: Registration): RemovableHandle {
  const handle = new RemovableHandle(table, table.add(registration));
  shared[COLLECTING]?.at(-1)?.push(handle);
  return handle;
}

/** Collects the handles of everything registered until `stop()`. Nested collections end innermost first. */
export function collectHandles(): { readonly list: readonly { remove(): void }[]; stop(): void } {
  const list: { remove(): void }[] = [];
  shared[COLLECTING] ??= [];
  const lists = shared[COLLECTING];
  lists.push(list);
  const stop = () => {
    lists.pop();
    if (lists.length === 0) delete shared[COLLECTING];
  };
  return { list, stop };
}
