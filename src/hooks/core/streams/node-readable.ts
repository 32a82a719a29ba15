/** @file Streams of Node: whoever reads one (data events, pipe, read, for await), it emits what is read. */
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
      // What a stream is destroyed with whose reader wants no more.
      else if (name === 'error' && (value as Partial<Error> | undefined)?.name === 'AbortError') tap.cancel(value);
      else if (name === 'error') tap.error(value);
      else if (name === 'close') tap.cancel();
    }
  };
  // Nested: reading inside a listener emits, too.
  tap.intercept(stream, 'emit', look, true);
}
