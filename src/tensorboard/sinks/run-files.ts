import { type Event, encodeEventRecord } from '../format/event.ts';
import { fileHeader } from '../format/file-header.ts';
import { codeOf } from './directory-sink.ts';
import type { EventOutput, EventSink } from './event-sink.ts';
import type { Origin } from './origin.ts';
import { type QueueLimits, RecordQueue } from './record-queue.ts';

/** How many event files this process has made: a part of their names, as in TensorBoard's own writer. */
let made = 0;

/** How many names are tried: each file of the same second, host and process has another number. */
const MOST_NAMES = 10_000;

/** The event files of one writer: one for each run below its log directory, begun with the run's first record. */
export class RunFiles {
  readonly #sink: EventSink;
  readonly #root: string;
  readonly #origin: Origin;
  readonly #suffix: string;
  readonly #limits: QueueLimits;
  readonly #queues: Map<string, RecordQueue> = new Map();

  constructor(sink: EventSink, root: string, origin: Origin, suffix: string, limits: QueueLimits) {
    this.#sink = sink;
    this.#root = root;
    this.#origin = origin;
    this.#suffix = suffix;
    this.#limits = limits;
  }

  has(run: string): boolean {
    return this.#queues.has(run);
  }

  /**
   * Begins the run's file with its header, if there is none yet.
   * @param run below the log directory; '' for the log directory itself
   * @throws Error where the file cannot be made or written
   */
  begin(run: string): RecordQueue {
    const begun = this.#queues.get(run);
    if (begun !== undefined) return begun;
    const queue = new RecordQueue(this.#create(run), this.#limits);
    queue.writeNow(fileHeader(Date.now() / 1000));
    this.#queues.set(run, queue);
    return queue;
  }

  /** @throws Error if records were due and could not be written; they are kept, this one too */
  write(run: string, event: Event): void {
    this.begin(run).write(encodeEventRecord(event));
  }

  async flush(): Promise<void> {
    await all([...this.#queues.values()].map((queue) => queue.flush()));
  }

  /** Flushes; only where that succeeds for all, closes. What is closed is done with, also where another one fails. */
  async close(): Promise<void> {
    await this.flush();
    await all(
      [...this.#queues].map(async ([run, queue]) => {
        await queue.close();
        this.#queues.delete(run);
      }),
    );
  }

  /**
   * A file with the name that TensorBoard's writer would give. It may be taken: worker threads share a process id,
   * containers often have the same one, and each counts its files from 0.
   * Source: `EventFileWriter.__init__` in tensorboard/summary/writer/event_file_writer.py.
   */
  #create(run: string): EventOutput {
    const directory = run === '' ? this.#root : `${this.#root}/${run}`;
    const seconds = String(Math.floor(Date.now() / 1000)).padStart(10, '0');
    const start = `${directory}/events.out.tfevents.${seconds}.${this.#origin.host}.${this.#origin.process}.`;
    for (let tried = 1; ; tried++) {
      try {
        return this.#sink.create(`${start}${made++}${this.#suffix}`);
      } catch (error) {
        if (codeOf(error) !== 'EEXIST' || tried === MOST_NAMES) throw error;
      }
    }
  }
}

/** Waits for all, then fails where one failed. */
async function all(promises: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(promises)).find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
}
