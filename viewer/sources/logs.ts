import type { LogDirectory } from '../../src/tensorboard/index.ts';
import { CLOCK, type Clock } from '../clock.ts';
import { type PackOptions, packStore } from '../data/pack-store.ts';
import { Store } from '../data/store.ts';
import type { DataSource, Progress, SourceListener } from './data-source.ts';
import { logPoller } from './log-poller.ts';
import { postSource } from './post-source.ts';
import { checkPort, type MessageEnd } from './worker-messages.ts';

/** Options of {@link logSource}. */
export interface LogSourceOptions {
  /** Seconds between two polls for what was appended. Default 1. */
  readonly interval?: number;
}

/**
 * Event files as a source for `mountViewer`: what they hold, and what is appended later. Points come in batches of about
 * 30 ms of reading, the first one earlier; nothing more is read before the viewer has taken the last.
 *
 * Damaged files and records are warned about, a few times each, and the rest is read.
 *
 * @param name shown in the toolbar
 */
export function logSource(name: string, logs: LogDirectory, options: LogSourceOptions = {}): DataSource {
  return logSourceBy(CLOCK, name, logs, options);
}

export function logSourceBy(
  clock: Clock,
  name: string,
  logs: LogDirectory,
  { interval = 1 }: LogSourceOptions = {},
): DataSource {
  return {
    name,
    connect(listener) {
      const abort = new AbortController();
      const { poll, close } = logPoller(logs, until(abort.signal, listener), clock);
      const repeat = async () => {
        await poll(abort.signal);
        if (!abort.signal.aborted) cancel = clock.after(interval * 1000, repeat);
      };
      // In its own task: the caller may not be ready for points yet.
      let cancel = clock.after(0, repeat);
      return () => {
        abort.abort();
        close();
        cancel();
      };
    },
  };
}

/** A listener that passes nothing on once the signal has aborted. */
const until = (signal: AbortSignal, listener: SourceListener): SourceListener => ({
  points: (points) => (signal.aborted ? undefined : listener.points(points)),
  progress(progress) {
    if (!signal.aborted) listener.progress(progress);
  },
  warning(message) {
    if (!signal.aborted) listener.warning(message);
  },
  ...(listener.scalars !== undefined && { scalars: listener.scalars }),
});

/** Batches in flight, of some ten milliseconds each: a page that is busy for a frame or two does not stop the reading. */
const MOST_BATCHES = 4;

/**
 * Reads logs in a worker, so that the page never waits for decoding: the worker's side of `workerSource`.
 * @param port `self` in a worker, or one end of a MessageChannel; in Node `parentPort`
 * @returns a function that stops it
 * @example
 * // in the worker
 * postLogs(self, httpLogs(new URL('.', location.href)));
 * // in the page
 * mountViewer(element, workerSource(worker, { name: 'runs' }));
 * @throws TypeError for another port
 */
export function postLogs(port: MessageEnd, logs: LogDirectory): () => void {
  checkPort('postLogs()', port);
  return postSource(port, logSource('', logs), MOST_BATCHES);
}

/** Options of {@link packLogs}. */
export interface PackLogsOptions extends PackOptions {
  /** Called for each damaged file or record; the rest is read. */
  readonly onWarning?: (message: string) => void;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Reads logs to their present end, and packs what a viewer would show of them. `mountPacked` shows it.
 * @returns undefined if there is nothing to show
 * @throws RangeError for an option below 1
 */
export async function packLogs(
  logs: LogDirectory,
  options: PackLogsOptions = {},
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const { onWarning = () => {}, onProgress = () => {}, ...pack } = options;
  const store = new Store();
  const { poll } = logPoller(logs, {
    points: (points) => store.add(points),
    progress: (progress) => onProgress(progress),
    warning: (message) => onWarning(message),
  });
  await poll(new AbortController().signal);
  return store.steps === undefined ? undefined : packStore(store, pack);
}
