import { describe } from '../../check/index.ts';
import { type HookTable, hookTable } from '../core/hook-table.ts';
import { callAsync, callSync, finishSync } from '../core/pipeline.ts';
import { type Hookable, isHookable } from '../hookable.ts';

/** The number of a call at whose beginning nothing was registered. */
const PLAIN = -1;

/**
 * For adapters: one call of a Hookable that its framework makes, with the hooks around it. The interceptor that an
 * adapter puts into the framework ends here; it is what calling a module is for the core.
 * @param forward what the framework would have done without hooks
 * @param inputs what the hooks see as inputs
 * @param mapInputs is given what the pre-hooks left; forward and the forward hooks get what it makes of that. Default: the same
 * @param call the number of a call that has begun already, from `listeners.begin()`. Default: it begins now
 * @param around runs each forward hook, and the observers, of a call that waits. Default: nothing is around them
 * @returns the output after all hooks; a promise where forward gives one, or where the Hookable says that it is asynchronous
 * @throws what forward or a hook throws
 */
export function intercept(
  hookable: Hookable,
  forward: (...inputs: never[]) => unknown,
  inputs: readonly unknown[],
  mapInputs?: (inputs: readonly unknown[]) => readonly unknown[],
  call?: number,
  around?: (hook: () => unknown) => unknown,
): unknown {
  const table = hookTable(hookable);
  const receiver = table.options.receiver ?? hookable;
  if (!table.active || call === PLAIN)
    return Reflect.apply(forward, receiver, mapInputs === undefined ? inputs : mapInputs(inputs));
  const target = { module: hookable, table, callee: { forward }, mapInputs, around };
  const run = table.options.async === true ? callAsync : callSync;
  return run(target, receiver, call ?? table.calls++, ...inputs);
}

/**
 * For adapters: what is registered on one Hookable, as far as an adapter must know it before its framework makes a call,
 * and the hooks of a synchronous call that the framework makes as ever. Where `hasNoPreHooks`, `begin` before that call
 * and `after` behind it come to the same as `intercept`, and take less. Made by {@link listenersOf}.
 */
export class Listeners {
  readonly #hookable: Hookable;
  readonly #table: HookTable;
  readonly #receiver: object;

  constructor(hookable: Hookable) {
    this.#hookable = hookable;
    this.#table = hookTable(hookable);
    this.#receiver = this.#table.options.receiver ?? hookable;
  }

  /** Whether there are observers at the most: nothing can change what goes in, comes out or flows back. */
  get isObserveOnly(): boolean {
    return this.#table.isObserveOnly;
  }

  /** Whether there are no pre-hooks: nothing runs before forward. */
  get hasNoPreHooks(): boolean {
    return this.#table.hasNoPreHooks;
  }

  /** Counts a call as it starts. @returns its number, for `after` or `intercept` */
  begin(): number {
    return this.#table.active ? this.#table.calls++ : PLAIN;
  }

  /**
   * Runs the forward hooks and observers of a call. One at whose beginning nothing was registered has none.
   * @param call what `begin` gave
   * @param inputs what forward was given
   * @param output what it gave; no promise
   * @returns the output after all hooks
   * @throws what a hook throws
   */
  after(call: number, inputs: readonly unknown[], output: unknown): unknown {
    if (call === PLAIN) return output;
    return finishSync(this.#hookable, this.#table, inputs, output, call, this.#receiver);
  }
}

/** For adapters: the listeners of a Hookable, to be looked up once and not in every call. @throws TypeError for what is no Hookable */
export function listenersOf(hookable: Hookable): Listeners {
  if (!isHookable(hookable)) throw new TypeError(`listenersOf(): a Hookable expected, got ${describe(hookable)}`);
  return new Listeners(hookable);
}
