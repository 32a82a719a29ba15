/** @file Events as an RxJS Observable. */
import { Observable } from 'rxjs';
import type { ChunkSource } from '../core/chunk-observer.ts';
import { describePlace } from '../core/describe-module.ts';
import type { ForwardEvent, ReadingEvent, Reads } from '../core/event.ts';
import { hookTable, type Registration } from '../core/hook-table.ts';
import type { ModuleLike } from '../core/module-like.ts';
import { register } from '../core/register.ts';

export type { Observable };

/** A module with its path under the root that it was selected from. */
export type NamedModule<M extends ModuleLike> = readonly [path: string, module: M];

type Modules = Iterable<NamedModule<ModuleLike>>;

/** The modules of the Observables of `observe()`, for operators that only read. */
const sources = new WeakMap<Observable<unknown>, Modules>();

/**
 * The events for an operator that only reads outputs. Behind another operator they are those of ordinary observers, since that
 * one may need the outputs.
 */
export function readingEvents(events: Observable<ForwardEvent>, reads: Reads): Observable<ReadingEvent> {
  const modules = sources.get(events);
  return modules === undefined ? events : made(modules, undefined, reads);
}

/**
 * The events of modules as a cold Observable, like `fromEvent`: each subscription registers an observer, and removes it
 * when it is unsubscribed. The observer is not isolated: RxJS reports what a subscriber throws.
 * @param source for the events of chunks of streams
 */
export function observable<M extends ModuleLike>(
  modules: Iterable<NamedModule<M>>,
  source?: ChunkSource,
): Observable<ForwardEvent<M>> {
  const events = made(modules, source, undefined);
  if (source === undefined) sources.set(events, modules);
  return events as Observable<ForwardEvent<M>>;
}

function made(modules: Modules, source: ChunkSource | undefined, reads: Reads | undefined): Observable<ForwardEvent> {
  const name = 'observe()';
  return new Observable((subscriber) => {
    for (const [path, module] of modules) {
      const streams = source?.watcher(() => `the observer ${name} of ${describePlace(module, path)}`);
      const handle = register(hookTable(module), {
        kind: 'observer',
        path,
        name,
        hook: ((event: ForwardEvent) => subscriber.next(event)) as Registration['hook'],
        streams,
        reads,
        onRemove: streams?.stop,
      });
      subscriber.add(handle);
    }
  });
}
