import { className, describe, describeError, troubleOf } from '../check/index.ts';
import { checkHook, checkOptions } from './check-arguments.ts';
import { describePlace } from './describe-module.ts';
import type { ForwardEvent } from './event.ts';
import { RemovableHandle } from './handle.ts';
import { type HookRecord, hookTable, type Registration } from './hook-table.ts';
import type { Hookable } from './hookable.ts';
import { type Reporter, report } from './report.ts';
import { registered } from './scope.ts';
import { ERRORS_IN_A_ROW } from './tell-observers.ts';

export interface ObserveOptions {
  /** Who is told of what this observer throws or rejects. Default: the reporter of the process. */
  reporter?: Reporter;
}

/**
 * Registers an observer that cannot disturb: what it throws or rejects is reported, never thrown into the forward or
 * out of the process. After three errors in a row it is removed, which is reported too; a writer that cannot write for a
 * while is no error of an observer.
 */
export function observeIsolated<M extends Hookable>(
  module: M,
  path: string,
  observer: (event: ForwardEvent<M>) => unknown,
  options: ObserveOptions = {},
): RemovableHandle {
  const verb = `observe() of ${path || className(module)}`;
  checkHook(verb, observer, {}, []);
  checkOptions(verb, options, ['reporter']);
  const { reporter } = options;
  if (reporter !== undefined && typeof reporter !== 'function') {
    throw new TypeError(`${verb}: option "reporter" must be a function, got ${describe(reporter)}`);
  }
  const name = observer.name || '(anonymous)';
  let lastTrouble: unknown;
  const failed = (record: HookRecord, cause: unknown) => {
    const trouble = troubleOf(cause);
    if (trouble !== undefined) {
      if (trouble !== lastTrouble) report(cause as Error, reporter);
      lastTrouble = trouble;
      return;
    }
    // Calls that were under way when it was removed may still fail: that it fails has been said.
    if (record.errors === ERRORS_IN_A_ROW) return;
    record.errors++;
    const who = `layertap: the observer ${name} of ${describePlace(module, path)}`;
    report(new Error(`${who} failed: ${describeError(cause)}`, { cause }), reporter);
    if (record.errors !== ERRORS_IN_A_ROW) return;
    handle.remove();
    report(new Error(`${who} was removed after ${ERRORS_IN_A_ROW} errors in a row`), reporter);
  };
  const handle = register(module, { kind: 'observer', path, name, hook: observer as Registration['hook'], failed });
  return handle;
}

/** Registers whatever wants events, from call 0 on. What it throws would reach the caller: that is up to it. */
export function observeEvents<M extends Hookable>(
  module: M,
  path: string,
  name: string,
  listener: (event: ForwardEvent<M>) => void,
): RemovableHandle {
  return register(module, { kind: 'observer', path, name, hook: listener as Registration['hook'] });
}

function register(module: Hookable, registration: Registration): RemovableHandle {
  const table = hookTable(module);
  return registered(new RemovableHandle(table, table.add(registration)));
}
