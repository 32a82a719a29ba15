/** @file `observe(chunks(fn))`: the chunks of streams, as the caller reads them. */
import { check, FUNCTION } from '../../check/index.ts';
import type { ChunkObserver, ChunkSource, StreamWatcher } from '../core/chunk-observer.ts';
import type { ChunkEvent } from '../core/event.ts';
import type { ModuleLike } from '../core/module-like.ts';
import { type Reporter, report } from '../core/report-error.ts';
import { isEmitter, tapEmitter } from './node-readable.ts';
import { isReadableStream, tapReadableStream } from './readable-stream.ts';
import { ChunkListener, type Listening, StreamTap } from './stream-tap.ts';

/**
 * For an output that is a stream (a ReadableStream, an iterator, an async iterable), which only the caller may read: an
 * observer that gets an event for each chunk that the caller reads, and one at the end. See {@link ChunkEvent}. Without an
 * observer: the same events as an Observable.
 * @example
 * attach(chat, 'generate').observe(chunks(({ stream, chunk }) => stream === 'chunk' && console.log(chunk)));
 * attach(chat, 'generate').observe(chunks()).subscribe(({ chunk }) => console.log(chunk));
 * @throws TypeError for anything but a function
 */
export function chunks<M extends ModuleLike>(observer: (event: ChunkEvent<M>) => unknown): ChunkObserver<M>;
export function chunks(): ChunkSource;
export function chunks(...observers: ((event: ChunkEvent) => unknown)[]): ChunkSource {
  if (observers.length === 0) return { watcher };
  const [observer] = observers;
  check('chunks()', 'the observer', observer, FUNCTION);
  return { watcher, observer } as ChunkObserver;
}

function watcher(describe: () => string, reporter?: Reporter): StreamWatcher {
  const listener = new ChunkListener((why) => {
    const text = `${describe()} cannot see all chunks of a stream: ${why}; this is reported once`;
    report(new Error(`layertap: ${text}`), reporter);
  });
  return {
    watch: (stream, event, notify) => listen(stream, { listener, event, notify }),
    stop: () => listener.stop(),
  };
}

/** Several observers, or modules that return the same stream, share its tap. */
const taps = new WeakMap<object, StreamTap>();

/** Shows an observer what the caller reads from now on. Never throws. */
export function listen(stream: object, listening: Listening): void {
  let tap = taps.get(stream);
  if (tap === undefined || !tap.active) {
    tap = new StreamTap();
    try {
      install(tap, stream);
    } catch (error) {
      tap.undo();
      listening.listener.cannotSee((error as Error).message);
      return;
    }
    taps.set(stream, tap);
  }
  tap.add(listening);
}

/** @throws Error that says why the chunks cannot be seen */
function install(tap: StreamTap, stream: object): void {
  if (isReadableStream(stream)) tapReadableStream(tap, tap, stream);
  else if (isEmitter(stream)) tapEmitter(tap, stream);
  else {
    tap.tapIterator(stream, tap);
    // An iterable that creates its iterator. An iterator returns itself, and is intercepted already.
    tap.intercept(stream, Symbol.asyncIterator, (call) => {
      const iterator = call() as object;
      tap.attempt(() => tap.tapIterator(iterator, tap));
      return iterator;
    });
  }
}
