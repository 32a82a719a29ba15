/** @file What the core knows about observing the chunks of streams. `chunks` brings the code, so that others do not ship it. */
import type { ChunkEvent, ForwardEvent } from './event.ts';
import type { ModuleLike } from './module-like.ts';
import type { Reporter } from './report-error.ts';

/** Watches the streams that one observer gets. */
export interface StreamWatcher {
  /** Notifies of what the caller reads from a stream from now on. Never throws. */
  watch(stream: object, event: ForwardEvent, notify: (event: ChunkEvent) => void): void;
  /** Stops watching all streams. */
  stop(): void;
}

/** The chunks of streams as an Observable: `observe(chunks())`. */
export interface ChunkSource {
  /** @param describe names the observer in messages */
  watcher(describe: () => string, reporter?: Reporter): StreamWatcher;
}

/** An observer of the chunks of streams. Made by `chunks(observer)`. */
export interface ChunkObserver<M extends ModuleLike = ModuleLike> extends ChunkSource {
  readonly observer: (event: ChunkEvent<M>) => unknown;
}

export function isChunkSource(value: unknown): value is ChunkSource {
  return typeof value === 'object' && value !== null && 'watcher' in value;
}
