/** @file What `observe(fn, { chunks: true })` does with a stream. */
import { isEmitter, tapEmitter } from './node-readable.ts';
import { isReadableStream, tapReadableStream } from './readable-stream.ts';
import { type Listening, StreamTap } from './stream-tap.ts';

/** One for each stream: several observers, or modules that return it one after the other, share it. */
const taps = new WeakMap<object, StreamTap>();

/** Makes an observer see what is read from a stream from now on. Never throws. */
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

/** @throws Error that says why its chunks cannot be seen */
function install(tap: StreamTap, stream: object): void {
  if (isReadableStream(stream)) tapReadableStream(tap, tap, stream);
  else if (isEmitter(stream)) tapEmitter(tap, stream);
  else {
    tap.tapIterator(stream, tap);
    // One that makes its iterator when it is asked for one. An iterator gives itself, and is intercepted already.
    tap.intercept(stream, Symbol.asyncIterator, (call) => {
      const iterator = call() as object;
      tap.also(() => tap.tapIterator(iterator, tap));
      return iterator;
    });
  }
}
