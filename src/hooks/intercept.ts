import { hookTable } from './hook-table.ts';
import type { Hookable } from './hookable.ts';
import { callAsync, callSync } from './pipeline.ts';

/**
 * For adapters: one call of a Hookable that its framework makes, with the hooks around it. The interceptor that an
 * adapter puts into the framework ends here; it is what calling a module is for the core.
 * @param forward what the framework would have done without hooks
 * @param inputs what the hooks see as inputs
 * @returns the output after all hooks; a promise where forward gives one, or where the Hookable says that it is asynchronous
 * @throws what forward or a hook throws
 */
export function intercept(
  hookable: Hookable,
  forward: (...inputs: never[]) => unknown,
  inputs: readonly unknown[],
): unknown {
  const table = hookTable(hookable);
  if (!table.active) return Reflect.apply(forward, undefined, inputs);
  const target = { module: hookable, table, source: { forward } };
  return (table.traits.async === true ? callAsync : callSync)(target, undefined, ...inputs);
}
