/** @file Observers whose errors reach neither the forward nor the process. */
import {
  check,
  checkOptions,
  className,
  describeError,
  FUNCTION,
  isFirstReport,
  NO_GENERATOR,
  oneOf,
  outageOf,
} from '../check/index.ts';
import { type ChunkObserver, isChunkSource } from './core/chunk-observer.ts';
import { describePlace } from './core/describe-module.ts';
import type { ForwardEvent, ReadingEvent, Reads } from './core/event.ts';
import type { RemovableHandle } from './core/handle.ts';
import { type HookEntry, hookTable, type Registration } from './core/hook-table.ts';
import type { ModuleLike } from './core/module-like.ts';
import { ERRORS_IN_A_ROW } from './core/notify-observers.ts';
import { register } from './core/register.ts';
import { type Reporter, report } from './core/report-error.ts';

/** Options of `observe`. */
export interface ObserveOptions {
  /** Gets what this observer throws or rejects with. Default: the reporter of the process. */
  reporter?: Reporter;
  reads?: undefined;
}

/** Options of observers that only read. */
export interface ReadOptions extends Omit<ObserveOptions, 'reads'> {
  /** What the observer reads of an output, before it returns: less work for its module. */
  reads: Reads;
}

/** The rule of the option `reads`. */
const READS = oneOf(['statistics', 'values']);

/** An observer of any kind, as `observe` takes it. */
export type AnyObserver<M extends ModuleLike> =
  | ((event: ForwardEvent<M>) => unknown)
  | ((event: ReadingEvent<M>) => unknown)
  | ChunkObserver<M>;

/**
 * Registers an isolated observer: its errors and rejections are reported, and never reach the forward or end the
 * process. After three errors in a row it is removed, which is reported too. An outage of a writer does not count.
 */
export function observeIsolated<M extends ModuleLike>(
  module: M,
  path: string,
  given: AnyObserver<M>,
  options: ObserveOptions | ReadOptions = {},
): RemovableHandle {
  const source = isChunkSource(given) ? given : undefined;
  const observer = source === undefined ? (given as (event: never) => unknown) : (source as ChunkObserver<M>).observer;
  const verb = `observe() of ${path || className(module)}`;
  check(verb, 'the observer', observer, FUNCTION);
  check(verb, 'the observer', observer, NO_GENERATOR);
  // What is read of a stream is its chunks.
  checkOptions(verb, options, { reporter: FUNCTION, ...(source === undefined ? { reads: READS } : {}) });
  const { reporter, reads } = options;
  const name = observer.name || '(anonymous)';
  const who = () => `the observer ${name} of ${describePlace(module, path)}`;
  const onError = (entry: HookEntry, cause: unknown) => {
    const outage = outageOf(cause);
    if (outage !== undefined) {
      if (isFirstReport(outage)) report(cause as Error, reporter);
      return;
    }
    // Removed already: asynchronous calls may still fail.
    if (entry.errors === ERRORS_IN_A_ROW) return;
    entry.errors++;
    const hint = hookTable(module).options.explainError?.(cause);
    const text = `layertap: ${who()} failed: ${describeError(cause)}`;
    report(new Error(hint === undefined ? text : `${text}\n  ${hint}`, { cause }), reporter);
    if (entry.errors !== ERRORS_IN_A_ROW) return;
    handle.remove();
    report(new Error(`layertap: ${who()} was removed after ${ERRORS_IN_A_ROW} errors in a row`), reporter);
  };
  const streams = source?.watcher(who, reporter);
  const handle = register(hookTable(module), {
    kind: 'observer',
    path,
    name,
    hook: observer as Registration['hook'],
    onError,
    streams,
    reads,
    onRemove: streams?.stop,
  });
  return handle;
}
