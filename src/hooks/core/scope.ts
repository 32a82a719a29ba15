/**
 * @file Who wants to know of registrations while they are made: `withHooks`, which undoes them afterwards. Also of those
 * on modules of another copy of layertap: all copies in a process share one list, while one of them collects.
 */

/** The lists that are open now, the innermost last. Each belongs to a function that is running synchronously. */
const OPEN = Symbol.for('layertap.scopes');
const everywhere = globalThis as { [OPEN]?: { remove(): void }[][] };

/** Collects the handles of everything that is registered until `stop()`, which the innermost has to call first. */
export function collectHandles(): { readonly list: readonly { remove(): void }[]; stop(): void } {
  const list: { remove(): void }[] = [];
  everywhere[OPEN] ??= [];
  const open = everywhere[OPEN];
  open.push(list);
  const stop = () => {
    open.pop();
    if (open.length === 0) delete everywhere[OPEN];
  };
  return { list, stop };
}

/** Every registration passes here. */
export function registered<H extends { remove(): void }>(handle: H): H {
  everywhere[OPEN]?.at(-1)?.push(handle);
  return handle;
}
