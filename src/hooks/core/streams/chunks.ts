/** @file Starts to watch a stream for `observe(fn, { chunks: true })`. */
import { isEmitter, tapEmitter } from './node-readable.ts';
import { isReadableStream, tapReadableStream } from './readable-stream.ts';
import { type Listening, StreamTap } from './stream-tap.ts';

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
      tap.also(() => tap.tapIterator(iterator, tap));
      return iterator;
    });
  }
}
