import { describe } from '../../check/index.ts';
import type { EventOutput, EventSink } from './event-sink.ts';

/**
 * Sends event files into `WritableStream`s: to a file that the user chose, to a server, to another thread.
 *
 * @example
 * const handle = await showSaveFilePicker({ suggestedName: 'events.out.tfevents' });
 * const writer = new SummaryWriter('run', { sink: new StreamSink(await handle.createWritable()) });
 * // … and at the end, so that the stream is closed:
 * await writer.close();
 */
export class StreamSink implements EventSink {
  static readonly className: string = 'StreamSink';
  readonly #open: (path: string) => WritableStream<Uint8Array>;

  /**
   * @param target one stream, for a writer that does not call `addScalars` or `addHparams`, which begin further files; or a
   *   function that returns a stream for each file
   * @throws TypeError for anything else
   */
  constructor(target: WritableStream<Uint8Array> | ((path: string) => WritableStream<Uint8Array>)) {
    if (typeof target === 'function') this.#open = target;
    else if (typeof target?.getWriter === 'function') this.#open = once(target);
    else throw new TypeError(`StreamSink: the target must be a WritableStream or a function, got ${describe(target)}`);
  }

  create(path: string): EventOutput {
    const writer = this.#open(path).getWriter();
    return {
      append: (bytes) => writer.write(bytes),
      close: () => writer.close(),
    };
  }
}

function once(stream: WritableStream<Uint8Array>): (path: string) => WritableStream<Uint8Array> {
  let taken: string | undefined;
  return (path) => {
    if (taken !== undefined) {
      throw new Error(
        `StreamSink: the stream holds ${taken} already; for ${path} too, give a function that returns a stream for each file`,
      );
    }
    taken = path;
    return stream;
  };
}
