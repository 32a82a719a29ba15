import { drainAtExit, forget, type Waiting } from './at-exit.ts';
import { EventFile } from './event-file.ts';
import type { NodeBuiltins } from './node.ts';
import type { RecordSink } from './record-sink.ts';
import type { SummaryWriterOptions } from './writer-options.ts';

/** A longer timeout makes Node's timers fire at once. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** A disk that has just refused is not asked again sooner, unless by the caller. */
const RETRY_MILLISECONDS = 1000;

/**
 * Collects records in memory and writes them to an event file, all that wait at a time: when there are `maxQueue` of
 * them, when the first of them is `flushSecs` old, on request, and when the process ends.
 */
export class FileSink implements RecordSink, Waiting {
  readonly #node: NodeBuiltins;
  readonly #file: EventFile;
  readonly #maxQueue: number;
  readonly #flushMilliseconds: number;
  #queue: Uint8Array[] = [];
  /** When the first record that waits came, by `performance.now()`: the clock on the wall may be set. */
  #oldest = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #complained = false;

  /**
   * Makes the directory and the file, with `header` as its first record.
   * @throws Error if that fails, see {@link EventFile}
   */
  constructor(node: NodeBuiltins, logDir: string, options: Required<SummaryWriterOptions>, header: Uint8Array) {
    this.#node = node;
    this.#maxQueue = options.maxQueue;
    this.#flushMilliseconds = options.flushSecs * 1000;
    this.#file = new EventFile(node, logDir, options.filenameSuffix);
    this.#file.append([header]);
  }

  /** @throws Error if it was time to write and that failed; the record waits for the next attempt, with the others */
  write(record: Uint8Array): void {
    this.#queue.push(record);
    if (this.#queue.length === 1) {
      this.#oldest = performance.now();
      drainAtExit(this.#node.process, this);
    }
    // The age is looked at here too, because a loop that never yields lets no timer fire.
    const overdue = performance.now() - this.#oldest >= this.#flushMilliseconds;
    if (overdue || this.#queue.length >= this.#maxQueue) this.drain();
    else this.#timer ??= this.#startTimer(this.#flushMilliseconds);
  }

  /** Writes all that waits before it returns; only the failure is asynchronous. */
  async flush(): Promise<void> {
    this.drain();
  }

  /** There is nothing to free: the file is open only while it is written. */
  async close(): Promise<void> {
    this.drain();
  }

  drain(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#queue.length === 0) return;
    try {
      this.#file.append(this.#queue);
    } catch (error) {
      this.#timer = this.#startTimer(Math.max(this.#flushMilliseconds, RETRY_MILLISECONDS));
      const { message, cause } = error as Error;
      throw new Error(`${message}; records kept in memory: ${this.#queue.length}`, { cause });
    }
    this.#queue = [];
    this.#complained = false;
    forget(this);
  }

  #startTimer(milliseconds: number): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => this.#drainLate(), Math.min(milliseconds, LONGEST_TIMEOUT));
    // A timer must not keep a process alive that has nothing else to do: 'exit' writes what waits. Where a simulated
    // browser has replaced Node's timers they are numbers.
    (timer as unknown as { unref?(): void }).unref?.();
    return timer;
  }

  /** Nobody could catch what a timer throws: it would end the process. So it is said, once, until a write succeeds. */
  #drainLate(): void {
    try {
      this.drain();
    } catch (error) {
      if (!this.#complained) console.error('layertap:', error);
      this.#complained = true;
    }
  }
}
