import { describe } from '../check/index.ts';
import { removeAll } from './core/handle.ts';
import { hookTable } from './core/hook-table.ts';
import type { HookKind } from './core/hookable-options.ts';
import { namedModules, walk } from './core/tree.ts';
import { type Hookable, isHookable } from './hookable.ts';

/** One registration, as {@link listHooks} tells it. */
export interface HookInfo {
  /** The module's path under the root; '' for the root itself. */
  path: string;
  module: Hookable;
  kind: HookKind;
  /** The function's name, or the verb's. */
  name: string;
  /** The id of its handle. */
  id: number;
  /** How often it was called. */
  calls: number;
}

/**
 * What is registered on a module and below it, in the order of the tree and, in one module, in the order in which it
 * runs. Each module comes once, under its first path. Global hooks are not listed.
 */
export function listHooks(root: Hookable): HookInfo[] {
  checkRoot('listHooks()', root);
  const list: HookInfo[] = [];
  for (const [path, module] of namedModules(root)) {
    for (const { kind, name, id, calls } of hookTable(module).all()) list.push({ path, module, kind, name, id, calls });
  }
  return list;
}

/**
 * Removes every hook on a module and below it, whoever registered it; other people's handles then find nothing to
 * remove. Global hooks stay. To remove your own hooks, use their handles.
 */
export function removeAllHooks(root: Hookable): void {
  checkRoot('removeAllHooks()', root);
  // Collected first: removing may change what the tree walks.
  removeAll([...walk(root, true)].map(({ module }) => ({ remove: () => hookTable(module).clear() })));
}

function checkRoot(verb: string, root: unknown): void {
  if (!isHookable(root)) throw new TypeError(`${verb}: the root must be a module, got ${describe(root)}`);
}
