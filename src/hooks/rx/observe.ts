import {
  BOOLEAN,
  checkOptions,
  className,
  describeError,
  FUNCTION,
  isFirstReport,
  outageOf,
} from '../../check/index.ts';
import { checkHook } from '../core/check-hook.ts';
import { describePlace } from '../core/describe-module.ts';
import type { ForwardEvent } from '../core/event.ts';
import type { RemovableHandle } from '../core/handle.ts';
import { type HookEntry, hookTable, type Registration } from '../core/hook-table.ts';
import type { ModuleLike } from '../core/module-like.ts';
import { ERRORS_IN_A_ROW } from '../core/notify-observers.ts';
import { register } from '../core/register.ts';
import { type Reporter, report } from '../core/report.ts';
import { ChunkListener } from '../core/streams/stream-tap.ts';

export interface ChunkOptions {
  /**
   * For an output that is a stream (a ReadableStream, an iterator, an async iterable), which only the caller may read:
   * an event for each chunk that the caller reads, and one at the end. See `ChunkEvent`. Default false.
   */
  chunks?: boolean;
}

export interface ObserveOptions extends ChunkOptions {
  /** Gets what this observer throws or rejects with. Default: the reporter of the process. */
  reporter?: Reporter;
}

/**
 * Registers an isolated observer: its errors and rejections are reported, and never reach the forward or end the
 * process. After three errors in a row it is removed, which is reported too. An outage of a writer does not count.
 */
export function observeIsolated<M extends ModuleLike>(
  module: M,
  path: string,
  observer: (event: ForwardEvent<M>) => unknown,
  options: ObserveOptions = {},
): RemovableHandle {
  const verb = `observe() of ${path || className(module)}`;
  checkHook(verb, observer, {}, []);
  checkOptions(verb, options, { reporter: FUNCTION, chunks: BOOLEAN });
  const { reporter, chunks = false } = options;
  const name = observer.name || '(anonymous)';
  const onError = (entry: HookEntry, cause: unknown) => {
    const outage = outageOf(cause);
    if (outage !== undefined) {
      if (isFirstReport(outage)) report(cause as Error, reporter);
      return;
    }
    // Removed already: asynchronous calls may still fail.
    if (entry.errors === ERRORS_IN_A_ROW) return;
    entry.errors++;
    const who = `layertap: the observer ${name} of ${describePlace(module, path)}`;
    const hint = hookTable(module).options.explainError?.(cause);
    const text = `${who} failed: ${describeError(cause)}`;
    report(new Error(hint === undefined ? text : `${text}\n  ${hint}`, { cause }), reporter);
    if (entry.errors !== ERRORS_IN_A_ROW) return;
    handle.remove();
    report(new Error(`${who} was removed after ${ERRORS_IN_A_ROW} errors in a row`), reporter);
  };
  const hook = observer as Registration['hook'];
  const ofChunks = chunks ? chunkListener(module, path, name, reporter) : undefined;
  const handle = register(hookTable(module), { kind: 'observer', path, name, hook, onError, ...ofChunks });
  return handle;
}

/** Whether `observe` was called with options alone, and returns an Observable. */
export function isOptions(observer: unknown): observer is Required<ChunkOptions> {
  return typeof observer === 'object' && observer !== null && 'chunks' in observer;
}

/** The part of a registration that is for chunks. */
function chunkListener(module: ModuleLike, path: string, name: string, reporter?: Reporter): Partial<Registration> {
  const chunks = new ChunkListener((why) => {
    const who = `the observer ${name} of ${describePlace(module, path)}`;
    report(new Error(`layertap: ${who} cannot see all chunks of a stream: ${why}; this is reported once`), reporter);
  });
  return { chunks, onRemove: () => chunks.stop() };
}

/** Registers a listener that is not isolated: it must not throw. */
export function observeEvents<M extends ModuleLike>(
  module: M,
  path: string,
  name: string,
  listener: (event: ForwardEvent<M>) => void,
  { chunks = false }: ChunkOptions = {},
): RemovableHandle {
  const hook = listener as Registration['hook'];
  const ofChunks = chunks ? chunkListener(module, path, name) : undefined;
  return register(hookTable(module), { kind: 'observer', path, name, hook, ...ofChunks });
}
