/**
 * @file ReadableStreams (https://streams.spec.whatwg.org): readers and iterators, and the methods that read by
 * themselves: tee(), pipeTo() and pipeThrough().
 */
import { type Sink, type StreamTap, watched } from './stream-tap.ts';

export function isReadableStream(stream: object): stream is ReadableStream {
  return typeof (stream as Partial<ReadableStream>).getReader === 'function';
}

/** @throws Error if the stream is locked */
export function tapReadableStream(tap: StreamTap, sink: Sink, stream: ReadableStream): void {
  if (stream.locked) throw new Error('it is locked: someone reads it already');
  if (!tap.isNew(stream)) return;
  tap.intercept(stream, 'getReader', (call) => {
    const reader = call() as ReadableStreamDefaultReader;
    tap.attempt(() => tapReader(tap, sink, reader));
    return reader;
  });
  for (const key of ['values', Symbol.asyncIterator] as const) {
    tap.intercept(stream, key, (call, [options]) => {
      const iterator = call() as object;
      const { preventCancel } = (options ?? {}) as ReadableStreamIteratorOptions;
      tap.attempt(() => tap.tapIterator(iterator, sink, preventCancel === true));
      return iterator;
    });
  }
  tap.intercept(stream, 'cancel', (call, [reason]) => {
    const { locked } = stream;
    const result = call();
    // cancel() of a locked stream fails.
    if (!locked) sink.cancel(reason);
    return result;
  });
  tap.intercept(stream, 'tee', (call) => {
    const branches = call() as [ReadableStream, ReadableStream];
    const [one, other] = branchesOf(sink);
    tap.attempt(() => {
      tapReadableStream(tap, one, branches[0]);
      tapReadableStream(tap, other, branches[1]);
    });
    return branches;
  });
  tap.intercept(stream, 'pipeTo', (call, [to, options]) => {
    if (!canPipe(tap, stream, to)) return call();
    return pipe(tap, sink, stream, to, options as StreamPipeOptions | undefined);
  });
  tap.intercept(stream, 'pipeThrough', (call, [through, options]) => {
    const { readable, writable } = (through ?? {}) as Partial<ReadableWritablePair>;
    if (!canPipe(tap, stream, writable) || !(readable instanceof ReadableStream)) return call();
    pipe(tap, sink, stream, writable, options as StreamPipeOptions | undefined).catch(() => {});
    return readable;
  });
}

function tapReader(tap: StreamTap, sink: Sink, reader: ReadableStreamDefaultReader): void {
  let released = false;
  tap.intercept(reader, 'read', (call) => {
    const settled = (result: unknown) => {
      const { done, value } = result as ReadableStreamReadResult<unknown>;
      if (done) sink.end();
      else sink.chunk(value);
      return result;
    };
    const failed = (cause: unknown) => {
      // A read after releaseLock() fails; the stream has not.
      if (!released) reader.closed.catch((error) => error === cause && sink.error(error));
    };
    return watched(call, settled, failed);
  });
  tap.intercept(reader, 'cancel', (call, [reason]) => {
    const result = call();
    if (!released) sink.cancel(reason);
    return result;
  });
  tap.intercept(reader, 'releaseLock', (call) => {
    const result = call();
    released = true;
    return result;
  });
}

/** Sinks for the branches of a tee: one event for each chunk, when the faster branch reads it. */
function branchesOf(sink: Sink): [Sink, Sink] {
  let seen = 0;
  let cancelled = 0;
  const branch = (): Sink => {
    let read = 0;
    return {
      chunk(value) {
        if (read++ < seen) return;
        seen++;
        sink.chunk(value);
      },
      end: (value) => sink.end(value),
      error: (cause) => sink.error(cause),
      cancel(reason) {
        if (++cancelled === 2) sink.cancel(reason);
      },
    };
  };
  return [branch(), branch()];
}

/** Whether {@link pipe} can do it. If the pipe has to fail, the stream's own method throws the error. */
function canPipe(tap: StreamTap, stream: ReadableStream, to: unknown): to is WritableStream {
  if (typeof ReadableStream === 'undefined' || !(stream instanceof ReadableStream)) {
    tap.cannotSee('it is a ReadableStream of another realm or library, whose pipes show no chunks');
    return false;
  }
  return !stream.locked && to instanceof WritableStream && !to.locked;
}

/** Pipes a stream through another one that pulls only what the pipe asks for. */
function pipe(
  tap: StreamTap,
  sink: Sink,
  stream: ReadableStream,
  to: WritableStream,
  options: StreamPipeOptions | undefined,
): Promise<void> {
  const reader = tap.plainly(() => stream.getReader());
  let released = false;
  const seen = new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            sink.end();
            controller.close();
          } else {
            sink.chunk(value);
            controller.enqueue(value);
          }
        } catch (cause) {
          if (!released) sink.error(cause);
          throw cause;
        }
      },
      cancel(reason) {
        sink.cancel(reason);
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return seen.pipeTo(to, options).finally(() => {
    released = true;
    reader.releaseLock();
  });
}
