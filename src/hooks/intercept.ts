import { type HookTable, hookTable } from './hook-table.ts';
import type { Hookable } from './hookable.ts';
import { callAsync, callSync, finishSync } from './pipeline.ts';

/**
 * For adapters: one call of a Hookable that its framework makes, with the hooks around it. The interceptor that an
 * adapter puts into the framework ends here; it is what calling a module is for the core.
 * @param forward what the framework would have done without hooks
 * @param inputs what the hooks see as inputs
 * @param enter is given what the pre-hooks left; forward and the forward hooks get what it makes of that. Default: the same
 * @returns the output after all hooks; a promise where forward gives one, or where the Hookable says that it is asynchronous
 * @throws what forward or a hook throws
 */
export function intercept(
  hookable: Hookable,
  forward: (...inputs: never[]) => unknown,
  inputs: readonly unknown[],
  enter?: (inputs: readonly unknown[]) => readonly unknown[],
): unknown {
  const table = hookTable(hookable);
  if (!table.active) return Reflect.apply(forward, undefined, enter === undefined ? inputs : enter(inputs));
  const target = { module: hookable, table, source: { forward }, enter };
  return (table.traits.async === true ? callAsync : callSync)(target, undefined, ...inputs);
}

/** What is registered on a Hookable, as far as an adapter must know it before its framework makes a call. */
export interface Listeners {
  /** Nothing but observers, globally neither: nothing can change what goes in, comes out or flows back. */
  readonly onlyObservers: boolean;
  /** No pre-hooks, globally neither: nothing runs before forward. */
  readonly noneBefore: boolean;
}

/** For adapters: what is registered on a Hookable, to be looked up once and not in every call. */
export function listenersOf(hookable: Hookable): Listeners {
  return hookTable(hookable);
}

/**
 * For adapters: the rest of a synchronous call that the framework has made as ever, without `intercept`. Where
 * `noneBefore`, that comes to the same and takes less.
 * @param listeners those of the Hookable
 * @param inputs what forward was given
 * @param output what it gave; no promise
 * @returns the output after all hooks
 * @throws what a hook throws
 */
export function interceptAfter(
  hookable: Hookable,
  listeners: Listeners,
  inputs: readonly unknown[],
  output: unknown,
): unknown {
  return finishSync(hookable, listeners as HookTable, inputs, output);
}
