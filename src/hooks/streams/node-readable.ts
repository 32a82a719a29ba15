/** @file Node's streams: they emit whatever is read, by data events, pipe, read or for await. */
import type { StreamTap } from './stream-tap.ts';

interface Emitter {
  on(...inputs: unknown[]): unknown;
  emit(...inputs: unknown[]): unknown;
  read(...inputs: unknown[]): unknown;
}

export function isEmitter(stream: object): stream is Emitter {
  const { on, emit, read } = stream as Partial<Emitter>;
  return typeof on === 'function' && typeof emit === 'function' && typeof read === 'function';
}

export function tapEmitter(tap: StreamTap, stream: Emitter): void {
  const look = (call: () => unknown, [name, value]: unknown[]) => {
    try {
      return call();
    } finally {
      if (name === 'data') tap.chunk(value);
      else if (name === 'end') tap.end();
      // The reader has stopped early.
      else if (name === 'error' && (value as Partial<Error> | undefined)?.name === 'AbortError') tap.cancel(value);
      else if (name === 'error') tap.error(value);
      else if (name === 'close') tap.cancel();
    }
  };
  // Nested: a listener that reads causes another emit.
  tap.intercept(stream, 'emit', look, true);
}
