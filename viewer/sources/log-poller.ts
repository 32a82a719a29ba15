import { type LogDirectory, type LogFile, type RunEvent, RunReader } from '../../src/tensorboard/index.ts';
import { CLOCK, type Clock } from '../clock.ts';
import { fromEvent, UnusableRecord } from '../data/from-event.ts';
import type { ViewerPoint } from '../data/points.ts';
import type { Progress, SourceListener } from './data-source.ts';

/** A batch is this many milliseconds of reading; the first is smaller, to show something early. */
const BATCH = 30;
const FIRST_BATCH = 3;

/** A damaged file may have damage in every record: each subject gets this many warnings. */
const MOST_WARNINGS = 3;

const UNREADABLE = 'the logs';
const EMPTY = 'no files';

/**
 * Reads logs poll by poll: first everything, then what was appended.
 * @returns a function that gives everything written since the last poll; it never throws for what the logs hold
 */
export function logPoller(
  logs: LogDirectory,
  listener: SourceListener,
  clock: Clock = CLOCK,
): (signal: AbortSignal) => Promise<void> {
  const counted = countedLogs(logs, (path) => warn(path, `${path} is gone. What was read from it is kept.`));
  const reader = new RunReader(counted, {
    onWarning({ path, offset, reason, final }) {
      if (final) counted.skip(path);
      const what = final && offset === 0 ? 'this is not an event file, or its beginning is damaged' : reason;
      warn(path, `${path}, byte ${offset}: ${what}.`);
    },
  });
  /** The number of warnings by their subject. */
  const warnings = new Map<string, number>();
  let points: ViewerPoint[] = [];
  let batch = FIRST_BATCH;

  async function read(signal: AbortSignal): Promise<void> {
    let start = clock.now();
    for await (const { run, events } of reader.pollBatches()) {
      for (const event of events) {
        take({ run, event });
        if (clock.now() - start < batch) continue;
        await give();
        if (signal.aborted) return;
        batch = BATCH;
        start = clock.now();
      }
      if (signal.aborted) return;
    }
    await give();
  }

  function take(event: RunEvent): void {
    try {
      const point = fromEvent(event);
      if (point !== undefined) points.push(point);
    } catch (error) {
      if (!(error instanceof UnusableRecord)) throw error;
      warn(`run ${event.run}`, error.message);
    }
  }

  async function give(): Promise<void> {
    const given = points;
    points = [];
    if (given.length > 0) await listener.points(given);
    listener.progress(counted.progress());
  }

  function warn(subject: string, message: string, most: number = MOST_WARNINGS): void {
    const count = (warnings.get(subject) ?? 0) + 1;
    if (count > most) return;
    warnings.set(subject, count);
    const isLast = count === most && most > 1;
    listener.warning(isLast ? `${message} Further warnings about ${subject} are not shown.` : message);
  }

  return async (signal) => {
    await read(signal);
    const { failure } = counted;
    if (failure !== undefined) {
      const why = (failure as { code?: unknown }).code === 'ENOENT' ? 'the directory does not exist' : failure.message;
      warn(UNREADABLE, `The logs cannot be read: ${why}. Trying again.`, 1);
      return;
    }
    if (warnings.delete(UNREADABLE)) listener.warning('The logs can be read again.');
    if (!counted.isEmpty()) warnings.delete(EMPTY);
    else warn(EMPTY, 'There are no event files yet: files with "tfevents" in their names.', 1);
  };
}

/** Counts how much of some logs was read, and notices files that vanish and listings that fail. */
function countedLogs(logs: LogDirectory, onVanished: (path: string) => void) {
  /** By path, as of the last listing. */
  let sizes = new Map<string, { size: number; read: number }>();
  const skipped = new Set<string>();

  async function* count(file: LogFile, from: number): AsyncGenerator<Uint8Array> {
    let at = from;
    for await (const bytes of file.read(from)) {
      yield bytes;
      // Asking for more means that these were taken.
      at += bytes.length;
      const counted = sizes.get(file.path);
      if (counted === undefined) continue;
      counted.read = at;
      // It may have grown since it was listed.
      counted.size = Math.max(counted.size, at);
    }
  }

  return {
    /** Why the last listing failed. */
    failure: undefined as Error | undefined,
    isEmpty: () => sizes.size === 0,
    progress(): Progress {
      let [read, total] = [0, 0];
      for (const [path, file] of sizes) {
        read += skipped.has(path) ? file.size : Math.min(file.read, file.size);
        total += file.size;
      }
      return { read, total };
    },
    /** Empty if the logs cannot be listed; `failure` then says why. */
    async list(): Promise<LogFile[]> {
      let files: LogFile[];
      try {
        files = await logs.list();
        this.failure = undefined;
      } catch (error) {
        this.failure = error as Error;
        return [];
      }
      const before = sizes;
      sizes = new Map(files.map(({ path, size }) => [path, { size, read: before.get(path)?.read ?? 0 }]));
      for (const path of before.keys()) if (!sizes.has(path)) onVanished(path);
      return files.map((file) => ({ ...file, read: (from) => count(file, from) }));
    },
    /** Nothing more will be read from this file: it counts as read. */
    skip: (path: string) => skipped.add(path),
  };
}
