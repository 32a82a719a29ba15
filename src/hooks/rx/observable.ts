/** @file Events as an RxJS Observable. */
import { Observable } from 'rxjs';
import type { ChunkSource } from '../core/chunk-observer.ts';
import { describePlace } from '../core/describe-module.ts';
import type { ForwardEvent } from '../core/event.ts';
import { hookTable, type Registration } from '../core/hook-table.ts';
import type { ModuleLike } from '../core/module-like.ts';
import { register } from '../core/register.ts';

export type { Observable };

/** A module with its path under the root that it was selected from. */
export type NamedModule<M extends ModuleLike> = readonly [path: string, module: M];

/**
 * The events of modules as a cold Observable, like `fromEvent`: each subscription registers an observer, and removes it
 * when it is unsubscribed. The observer is not isolated: RxJS reports what a subscriber throws.
 * @param source for the events of chunks of streams
 */
export function observable<M extends ModuleLike>(
  modules: Iterable<NamedModule<M>>,
  source?: ChunkSource,
): Observable<ForwardEvent<M>> {
  const name = 'observe()';
  return new Observable((subscriber) => {
    for (const [path, module] of modules) {
      const hook = ((event: ForwardEvent<M>) => subscriber.next(event)) as Registration['hook'];
      const streams = source?.watcher(() => `the observer ${name} of ${describePlace(module, path)}`);
      const onRemove = streams?.stop;
      subscriber.add(register(hookTable(module), { kind: 'observer', path, name, hook, streams, onRemove }));
    }
  });
}
