import {
  type FilePart,
  type LogDirectory,
  type LogFile,
  type PartChunk,
  type RunEvent,
  RunReader,
} from '../../src/tensorboard/index.ts';
import { CLOCK, type Clock } from '../clock.ts';
import { fromEvent, UnusableRecord } from '../data/from-event.ts';
import type { ViewerPoint } from '../data/points.ts';
import { ScalarArchive } from '../data/scalar-archive.ts';
import type { Progress, SourceListener } from './data-source.ts';
import { ScalarFeed } from './scalar-feed.ts';

/** A batch is this many milliseconds of reading; the first is smaller, to show something early. */
const BATCH = 30;
const FIRST_BATCH = 3;

/** A damaged file may have damage in every record: each subject gets this many warnings. */
const MOST_WARNINGS = 3;

const UNREADABLE = 'the logs';
const EMPTY = 'no files';

export interface LogPoller {
  /** Gives everything that was written since the last poll. Never throws for what the logs hold. */
  poll(signal: AbortSignal): Promise<void>;
  close(): void;
}

/**
 * Reads logs poll by poll: first everything, then what was appended. Keeps the scalars, if the listener asks for what it
 * shows; otherwise they are points.
 */
export function logPoller(logs: LogDirectory, listener: SourceListener, clock: Clock = CLOCK): LogPoller {
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
  const archive = new ScalarArchive();
  const report = (progress: Progress) => listener.progress(progress);
  const feed = listener.scalars === undefined ? undefined : new ScalarFeed(archive, listener.scalars, clock, report);

  async function read(signal: AbortSignal): Promise<void> {
    let start = clock.now();
    const pause = async () => {
      await give();
      batch = BATCH;
      start = clock.now();
    };
    const batches = feed === undefined ? reader.pollBatches() : reader.pollScalars((run) => archive.takerOf(run));
    for await (const { run, events } of batches) {
      for (const event of events) {
        take({ run, event });
        if (clock.now() - start >= batch) await pause();
        if (signal.aborted) return;
      }
      if (clock.now() - start >= batch) await pause();
      if (signal.aborted) return;
    }
    await give();
    await feed?.flush(signal);
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
    const progress = counted.progress();
    if (given.length > 0) await listener.points(given);
    if (feed === undefined) report(progress);
    else feed.send(progress);
  }

  function warn(subject: string, message: string, most: number = MOST_WARNINGS): void {
    const count = (warnings.get(subject) ?? 0) + 1;
    if (count > most) return;
    warnings.set(subject, count);
    const isLast = count === most && most > 1;
    listener.warning(isLast ? `${message} Further warnings about ${subject} are not shown.` : message);
  }

  async function poll(signal: AbortSignal): Promise<void> {
    await read(signal);
    const { failure } = counted;
    if (failure !== undefined) {
      const why = (failure as { code?: unknown }).code === 'ENOENT' ? 'the directory does not exist' : failure.message;
      warn(UNREADABLE, `The logs cannot be read: ${why}. Trying again.`, 1);
      return;
    }
    if (warnings.delete(UNREADABLE)) listener.warning('The logs can be read again.');
    const { whileEmpty = 'There are no event files yet: files with "tfevents" in their names.' } = logs;
    if (!counted.isEmpty()) warnings.delete(EMPTY);
    else if (whileEmpty !== '') warn(EMPTY, whileEmpty, 1);
  }

  return { poll, close: () => feed?.close() };
}

/** Counts how much of some logs was read, and notices files that vanish and listings that fail. */
function countedLogs(logs: LogDirectory, onVanished: (path: string) => void) {
  /** By path, as of the last listing. */
  let sizes = new Map<string, { size: number; read: number }>();
  const skipped = new Set<string>();

  async function* count(file: LogFile, from: number, length?: number): AsyncGenerator<Uint8Array> {
    let at = from;
    for await (const bytes of file.read(from, length)) {
      yield bytes;
      // Asking for more means that these were taken.
      at += bytes.length;
      counted(file.path, at);
    }
  }

  async function* countParts(parts: readonly FilePart[]): AsyncGenerator<PartChunk> {
    const ends = parts.map(({ from }) => from);
    for await (const chunk of logs.readParts!(parts)) {
      yield chunk;
      if ('error' in chunk) continue;
      ends[chunk.part]! += chunk.bytes.length;
      counted(parts[chunk.part]!.file.path, ends[chunk.part]!);
    }
  }

  function counted(path: string, read: number): void {
    const file = sizes.get(path);
    if (file === undefined) return;
    file.read = read;
    // It may have grown since it was listed.
    file.size = Math.max(file.size, read);
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
      return files.map((file) => ({ ...file, read: (from, length) => count(file, from, length) }));
    },
    /** Whether the logs have it is known after the listing. */
    get readParts() {
      return logs.readParts === undefined ? undefined : countParts;
    },
    /** Nothing more will be read from this file: it counts as read. */
    skip: (path: string) => skipped.add(path),
  };
}
