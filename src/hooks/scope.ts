/** @file Who wants to know of registrations while they are made: `withHooks`, which undoes them afterwards. */
import type { RemovableHandle } from './handle.ts';

/** The lists that are open now, the innermost last. Each belongs to a function that is running synchronously. */
const open: RemovableHandle[][] = [];

/** Collects the handles of everything that is registered until `stop()`, which the innermost has to call first. */
export function collectHandles(): { readonly list: readonly RemovableHandle[]; stop(): void } {
  const list: RemovableHandle[] = [];
  open.push(list);
  return { list, stop: () => void open.pop() };
}

/** Every registration passes here. */
export function registered(handle: RemovableHandle): RemovableHandle {
  open.at(-1)?.push(handle);
  return handle;
}
