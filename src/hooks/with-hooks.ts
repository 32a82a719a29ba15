/** @file Temporary hooks. core/register.ts adds the handle of each new registration to the innermost collection. */
import { absorb, check, FUNCTION, isThenable } from '../check/index.ts';
import { removeAll } from './core/handle.ts';
import { collectHandles } from './core/register.ts';

/**
 * Runs a function with temporary hooks: everything that `register` registers is removed when `run` has returned or thrown,
 * or its promise has settled. Nothing else is removed.
 *
 * While an asynchronous `run` is pending, the hooks fire for all calls, not only its own; `call` tells the calls apart. Read
 * a generator or a stream inside `run`: what is computed later has no hooks.
 *
 * @example
 * const output = withHooks(
 *   () => select(net, 'encoder.*').registerForwardHook(ablate),
 *   () => net(x),
 * );
 * @param register registers the hooks, synchronously; its return value is ignored
 * @returns what `run` returns
 * @throws what either function throws, with nothing left registered; TypeError for anything but two functions, or if
 *   `register` returns a promise
 */
export function withHooks<T>(register: () => unknown, run: () => T): T {
  for (const [name, value] of Object.entries({ register, run })) check('withHooks()', name, value, FUNCTION);
  const handles = collectHandles();
  const remove = () => removeAll(handles.list);
  try {
    try {
      const registered = register();
      if (isThenable(registered)) {
        absorb(registered);
        throw new TypeError('withHooks(): register must register synchronously, but it gave a promise');
      }
    } finally {
      handles.stop();
    }
    const result = run();
    if (!isThenable(result)) {
      remove();
      return result;
    }
    return Promise.resolve(result).finally(remove) as T;
  } catch (error) {
    remove();
    throw error;
  }
}
