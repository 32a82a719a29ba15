import type { ForwardEvent, Reads } from './core/event.ts';
import type { RemovableHandle } from './core/handle.ts';
import { hookTable } from './core/hook-table.ts';
import type { ModuleLike } from './core/module-like.ts';
import { register } from './core/register.ts';

/**
 * For inspect: an observer whose error ends the call, after the observers that were registered before it. Those of
 * `observe` are isolated instead. A promise that it returns is ignored.
 * @param reads what it reads of outputs: its events may be those of the option `reads`. Undefined: it gets whole events
 */
export function observeStrictly<M extends ModuleLike>(
  module: M,
  path: string,
  observer: (event: ForwardEvent<M>) => void,
  reads?: Reads,
): RemovableHandle {
  return register(hookTable(module), { kind: 'observer', path, name: observer.name, hook: observer as never, reads });
}

/**
 * For inspect: a registration that changes nothing. An adapter that runs a whole graph at once runs it up to here first, since a
 * transform may give any value. Where transforms are not supported, nothing is registered.
 */
export function runUpTo(module: ModuleLike): void {
  const table = hookTable(module);
  if (table.options.unsupported?.transform !== undefined) return;
  register(table, { kind: 'transform', name: 'runUpTo', hook: () => undefined });
}
