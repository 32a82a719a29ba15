import { describe } from '../../check/index.ts';
import { type Event, encodeEventRecord, encodeFileHeader } from '../format/event.ts';
import { codeOf } from './directory-sink.ts';
import type { EventOutput } from './event-sink.ts';
import { type Location, nextFileName } from './location.ts';
import { type QueueLimits, RecordQueue } from './record-queue.ts';

/** How many names are tried before giving up. */
const MOST_NAMES = 10_000;

/** The event files of one writer: one for each run below its log directory, created with the run's first record. */
export class RunFiles {
  readonly #location: Location;
  readonly #suffix: string;
  readonly #limits: QueueLimits;
  readonly #queues: Map<string, RecordQueue> = new Map();

  constructor(location: Location, suffix: string, limits: QueueLimits) {
    this.#location = location;
    this.#suffix = suffix;
    this.#limits = limits;
  }

  /** The name of a new run: the time, as in PyTorch, or later if another one has it. @param time in seconds since 1970 */
  unusedRun(time: number): string {
    let name = time;
    while (this.#queues.has(String(name))) name += 0.001;
    return String(name);
  }

  /**
   * Creates the run's file with its header, unless it exists.
   * @param run below the log directory; '' for the log directory itself
   * @throws Error if the file cannot be created or written
   */
  begin(run: string): RecordQueue {
    const begun = this.#queues.get(run);
    if (begun !== undefined) return begun;
    const queue = new RecordQueue(this.#create(run), this.#limits);
    queue.writeNow(encodeFileHeader(Date.now() / 1000));
    this.#queues.set(run, queue);
    return queue;
  }

  /** @throws Error if records were due and could not be written; all are kept, this one included */
  write(run: string, event: Event): void {
    this.begin(run).write(encodeEventRecord(event));
  }

  /** Writes the records of one call. If one fails, the others are kept in memory, too. @throws the first error */
  writeAll(records: readonly (readonly [run: string, event: Event])[]): void {
    const errors: unknown[] = [];
    for (const [run, event] of records) {
      try {
        this.write(run, event);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  /**
   * Stores files that are not event files.
   * @param files by their paths below the log directory
   * @throws Error if the sink cannot store whole files, before any is written, or if one cannot be written
   */
  store(where: string, files: Iterable<readonly [path: string, bytes: Uint8Array]>): void {
    const { sink, root } = this.#location;
    if (sink.writeFile === undefined) {
      throw new Error(`${where}: the sink must have a method writeFile(), got ${describe(sink)}`);
    }
    for (const [path, bytes] of files) sink.writeFile(`${root}/${path}`, bytes);
  }

  async flush(): Promise<void> {
    await all([...this.#queues.values()].map((queue) => queue.flush()));
  }

  /** Flushes all files, and closes them if that succeeds. A file that was closed stays so if another one fails. */
  async close(): Promise<void> {
    await this.flush();
    await all(
      [...this.#queues].map(async ([run, queue]) => {
        await queue.close();
        this.#queues.delete(run);
      }),
    );
  }

  #create(run: string): EventOutput {
    const { sink, root, origin } = this.#location;
    const directory = run === '' ? root : `${root}/${run}`;
    const seconds = Date.now() / 1000;
    for (let tried = 1; ; tried++) {
      try {
        return sink.create(`${directory}/${nextFileName(seconds, origin, this.#suffix)}`);
      } catch (error) {
        if (codeOf(error) !== 'EEXIST' || tried === MOST_NAMES) throw error;
      }
    }
  }
}

/** Waits for all, then rejects if one rejected. */
async function all(promises: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(promises)).find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
}
