/** @file Registering hooks on gradients. An adapter runs them where its framework computes gradients. */
import { checkHook } from '../core/check-hook.ts';
import type { RemovableHandle } from '../core/handle.ts';
import { hookTable } from '../core/hook-table.ts';
import { register } from '../core/register.ts';
import type { Hookable } from '../hookable.ts';

/** Options of backward hooks. */
export interface BackwardHookOptions {
  /** Run before the module's other backward hooks of this kind. Default false. */
  prepend?: boolean;
}

/** A registered backward hook. Calling `run` counts in `listHooks`. */
export interface RegisteredBackwardHook {
  readonly name: string;
  run(...values: unknown[]): unknown;
}

/**
 * For adapters: registers a hook on the gradients of a Hookable. `backward-pre` sees the gradients of the outputs,
 * `backward` those of the inputs and of the outputs.
 * @throws TypeError for a hook that is not a function, an unknown option, or a Hookable without gradients
 */
export function registerBackwardHook(
  hookable: Hookable,
  kind: 'backward-pre' | 'backward',
  hook: (...values: never[]) => unknown,
  options: BackwardHookOptions = {},
): RemovableHandle {
  const verb = kind === 'backward' ? 'registerFullBackwardHook()' : 'registerFullBackwardPreHook()';
  checkHook(`${verb} of ${hookable}`, hook, options, ['prepend']);
  return register(hookTable(hookable), { kind, hook, ...options });
}

/** For adapters: the current backward hooks of one kind, in the order in which they run. */
export function backwardHooks(hookable: Hookable, kind: 'backward-pre' | 'backward'): RegisteredBackwardHook[] {
  return hookTable(hookable)
    .ofKind(kind)
    .map((entry) => ({
      name: entry.name,
      run: (...values) => {
        entry.calls++;
        const { hook } = entry;
        return hook(...values);
      },
    }));
}
