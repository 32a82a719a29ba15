import { mismatch } from '../check/index.ts';
import { removeAll } from './core/handle.ts';
import { FORWARD, type HookEntry, hookTable } from './core/hook-table.ts';
import type { HookKind } from './core/hookable-options.ts';
import { namedModules, walk } from './core/tree.ts';
import { type Hookable, isHookable } from './hookable.ts';

/** One registration in the list of {@link listHooks}. */
export interface HookInfo {
  /** The module's path under the root; '' for the root. */
  path: string;
  module: Hookable;
  kind: HookKind;
  /** The name of the function, or of the method that registered it. */
  name: string;
  /** The id of its handle. */
  id: number;
  /** Times called. */
  calls: number;
}

/**
 * The registrations on a module and below it, in the order of the tree; those of one module in the order in which they
 * run. Each module comes once, under its first path. Global hooks are not listed.
 */
export function listHooks(root: Hookable): HookInfo[] {
  checkRoot('listHooks()', root);
  const list: HookInfo[] = [];
  for (const [path, module] of namedModules(root)) {
    for (const { kind, name, id, calls } of entriesOf(module)) list.push({ path, module, kind, name, id, calls });
  }
  return list;
}

/**
 * Removes every hook on a module and below it, also those that other code registered. Global hooks stay. To remove your
 * own hooks, use their handles.
 */
export function removeAllHooks(root: Hookable): void {
  checkRoot('removeAllHooks()', root);
  // Collected first, since removing may change the tree.
  const all = [...walk(root, true)].flatMap(({ module }) =>
    entriesOf(module).map(({ id }) => [hookTable(module), id] as const),
  );
  removeAll(all.map(([table, id]) => ({ remove: () => table.remove(id) })));
}

/** In the order in which they run. */
function entriesOf(module: object): HookEntry[] {
  const table = hookTable(module);
  return [['forward-pre'], FORWARD, ['observer'], ['backward-pre', 'backward']].flatMap((kinds) =>
    table.ofKind(...(kinds as HookKind[])),
  );
}

function checkRoot(verb: string, root: unknown): void {
  if (!isHookable(root)) throw mismatch(verb, 'the root', 'a module', root);
}
