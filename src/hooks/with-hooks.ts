import { absorb, describe, isThenable } from '../check/index.ts';
import { removeAll } from './core/handle.ts';
import { collectHandles } from './core/register.ts';

/**
 * Runs a function with hooks that are there only meanwhile: everything registered inside `register` is gone when `run`
 * has returned, thrown, or its promise has settled. Nothing else is removed.
 *
 * The hooks are there for all calls meanwhile, not only for those of `run`: where `run` is asynchronous, they fire for other
 * calls that are in flight too. `call` tells the calls apart. A generator or a stream that `run` gives is read when the hooks
 * are gone: what computes as it is read has to be read inside `run`.
 *
 * @example
 * const output = withHooks(
 *   () => select(net, 'encoder.*').registerForwardHook(ablate),
 *   () => net(x),
 * );
 * @param register registers, synchronously, whatever the run needs; what it returns is ignored
 * @param run what the hooks are for; asynchronous if it gives a promise
 * @returns what `run` gives
 * @throws what either throws, with nothing left registered; TypeError for anything but two functions, or for a
 *   `register` that gives a promise: what it registers later could not be told from what others do
 */
export function withHooks<T>(register: () => unknown, run: () => T): T {
  for (const [name, value] of Object.entries({ register, run })) {
    if (typeof value !== 'function')
      throw new TypeError(`withHooks(): ${name} must be a function, got ${describe(value)}`);
  }
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
