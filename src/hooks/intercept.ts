import { hookTable } from './hook-table.ts';
import type { Hookable } from './hookable.ts';
import { callAsync, callSync } from './pipeline.ts';

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

/**
 * The observers of a Hookable. Where they are alone, a framework may call a place as ever, and its adapter tells them
 * afterwards.
 */
export interface Observers {
  /** Whether nothing else is registered now, globally neither: nothing can change what goes in, comes out or flows back. */
  readonly alone: boolean;
  /** Tells them of a call, as `intercept` does at the end of one. */
  notify(hookable: Hookable, inputs: readonly unknown[], output: unknown): void;
}

/** For adapters: the observers of a Hookable, to be looked up once and not in every call. */
export function observersOf(hookable: Hookable): Observers {
  return hookTable(hookable);
}
