import { checkHook } from './core/check-hook.ts';
import type { RemovableHandle } from './core/handle.ts';
import { globalHooks, type Registration } from './core/hook-table.ts';
import { register } from './core/register.ts';
import { warnOfCopies } from './core/report-error.ts';
import type { Hookable } from './hookable.ts';

/** A hook for every `Module`. */
export type GlobalForwardHook = (
  module: Hookable,
  inputs: readonly unknown[],
  output: unknown,
  call: number,
  receiver: unknown,
) => unknown;
/** A pre-hook of every Module; it returns other inputs, or nothing. */
export type GlobalForwardPreHook = (
  module: Hookable,
  inputs: readonly unknown[],
  call: number,
  receiver: unknown,
) => unknown;

/**
 * Registers a hook that runs after the forward of every `Module`, before the module's own hooks. It may return another
 * output, as any forward hook. It does not reach attached methods and the layers of adapters, which are not `Module`s; use
 * `select(net, '**')` there.
 * @param options `alwaysCall`: also run if the call throws. Default false
 * @throws TypeError for a hook that is not a function, or an unknown option
 */
export function registerModuleForwardHook(
  hook: GlobalForwardHook,
  options: { alwaysCall?: boolean } = {},
): RemovableHandle {
  checkHook('registerModuleForwardHook()', hook, options, ['alwaysCall']);
  return add({ kind: 'forward', hook, alwaysCall: options.alwaysCall });
}

/**
 * Registers a hook that runs before the forward of every `Module`, before the module's own pre-hooks.
 * @throws TypeError for a hook that is not a function, or any option
 */
export function registerModuleForwardPreHook(hook: GlobalForwardPreHook, options: object = {}): RemovableHandle {
  checkHook('registerModuleForwardPreHook()', hook, options, []);
  return add({ kind: 'forward-pre', hook });
}

function add(registration: Registration): RemovableHandle {
  warnOfCopies('global hooks of this one do not reach its modules');
  return register(globalHooks, registration);
}
