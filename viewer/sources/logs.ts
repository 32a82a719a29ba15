import type { LogDirectory } from '../../src/tensorboard/index.ts';
import type { DataSource, SourceListener } from './data-source.ts';
import { LogLook } from './logs/log-look.ts';

export interface LogSourceOptions {
  /** Seconds between two looks for what was written since. Default 1. */
  readonly interval?: number;
}

/**
 * Event files as a source of a viewer: all there is, and what is appended later. What comes is given in batches of about
 * 30 ms, of which the first is out at once, and no further bytes are read before the viewer has taken the last.
 *
 * What is wrong with files or records is told, a few times each, and the rest is read on.
 *
 * @param name shown in the head of the page
 */
export function logSource(name: string, logs: LogDirectory, { interval = 1 }: LogSourceOptions = {}): DataSource {
  return {
    name,
    connect(listener) {
      const abort = new AbortController();
      const logLook = new LogLook(logs, until(abort.signal, listener));
      const next = async () => {
        await logLook.look(abort.signal);
        if (!abort.signal.aborted) timer = setTimeout(next, interval * 1000);
      };
      // In a task of its own: who connects may not be ready yet.
      let timer = setTimeout(next, 0);
      return () => {
        abort.abort();
        clearTimeout(timer);
      };
    },
  };
}

/** A listener that hears nothing any more, once the signal aborts. */
const until = (signal: AbortSignal, listener: SourceListener): SourceListener => ({
  points: (points) => (signal.aborted ? undefined : listener.points(points)),
  progress(progress) {
    if (!signal.aborted) listener.progress(progress);
  },
  warning(message) {
    if (!signal.aborted) listener.warning(message);
  },
});
