import { isFirstReport, isThenable, markOutage } from '../../check/index.ts';
import { report } from '../../hooks/index.ts';
import { drainAtExit, forget, type Waiting } from './at-exit.ts';
import type { EventOutput } from './event-sink.ts';
import { nodeBuiltins } from './node.ts';

export interface QueueLimits {
  readonly maxQueue: number;
  readonly flushSecs: number;
}

/** While the output is slow or fails, records wait up to this size. Beyond it, adding is an error. */
const MOST_WAITING_BYTES = 64 << 20;

/** After a failure, the next attempt waits this long, unless the caller asks for it. */
const RETRY_MILLISECONDS = 1000;

/**
 * Collects records in memory and appends them to an output together: when there are `maxQueue` of them, when the first is
 * `flushSecs` old, at the end of the event loop's turn, on request, and when the process ends. There is one write at a time,
 * and records stay in order.
 *
 * Writing at the end of each turn makes Ctrl-C harmless without a signal listener, which would keep a loop that never
 * yields from being stopped.
 */
export class RecordQueue implements Waiting {
  readonly #output: EventOutput;
  readonly #limits: QueueLimits;
  #queue: RecordBatch = new RecordBatch();
  /** The records that are being written; else empty. The two batches swap for each write. */
  #spare: RecordBatch = new RecordBatch();
  #bytes = 0;
  /** When the first waiting record was added, by `performance.now()`: the system clock may be set. */
  #oldest = 0;
  #atEndOfTurn = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #retryAt = 0;
  /** Whether the output is being called. If it adds records itself, they must not be written from inside. */
  #calling = false;
  /** The write in progress; fulfilled with its error if it fails. */
  #writing: Promise<Error | undefined> | undefined;
  /** Set while writing fails. */
  #outage: object | undefined;
  /** Set while too much waits and records are refused. */
  #overflow: { dropped: number } | undefined;

  constructor(output: EventOutput, limits: QueueLimits) {
    this.#output = output;
    this.#limits = limits;
  }

  /**
   * @param record is copied
   * @throws Error if too much waits: the record is dropped, and the number of dropped records is reported when writing
   *   succeeds again. Or if a write was due and failed: the record is kept, with the others. Both are marked as outages
   */
  write(record: Uint8Array): void {
    if (this.#isFull(record)) {
      // The disk may have room again, and no timer fires in a loop that never yields.
      if (this.#writing === undefined && performance.now() >= this.#retryAt) this.#startUnheard();
      if (this.#isFull(record)) throw this.#drop();
    }
    this.#take(record);
    // The age is checked here, because no timer fires in a loop that never yields.
    const overdue = performance.now() - this.#oldest >= this.#limits.flushSecs * 1000;
    if (overdue || this.#queue.count >= this.#limits.maxQueue) this.#start();
    if (this.#queue.count > 0) this.#startAtEndOfTurn();
  }

  /** Writes at once, as for the header of a file. @throws Error if that fails synchronously */
  writeNow(record: Uint8Array): void {
    this.#take(record);
    this.#start();
  }

  #isFull(record: Uint8Array): boolean {
    return this.#bytes > 0 && this.#bytes + record.length > MOST_WAITING_BYTES;
  }

  #drop(): Error {
    this.#overflow ??= { dropped: 0 };
    this.#overflow.dropped++;
    const error = new Error(
      `SummaryWriter: ${this.#bytes} bytes of records wait to be written, so this one is not taken; ` +
        'await writer.flush() before adding more',
    );
    return markOutage(error, this.#overflow);
  }

  #take(record: Uint8Array): void {
    this.#queue.add(record);
    this.#bytes += record.length;
    if (this.#queue.count > 1) return;
    this.#oldest = performance.now();
    drainAtExit(this);
  }

  /**
   * Writes all that waits. With a synchronous output it is written when this returns; only a failure is asynchronous.
   * @throws Error (the promise rejects) if writing failed; the records are kept
   */
  async flush(): Promise<void> {
    if (this.#writing !== undefined) await this.#writing;
    this.#start();
    const error = await this.#writing;
    if (error !== undefined) throw error;
  }

  /** Closes the output. Records that still wait are lost. */
  async close(): Promise<void> {
    clearTimeout(this.#retry);
    this.#reportDropped();
    forget(this);
    await this.#output.close?.();
  }

  drain(): void {
    this.#reportDropped();
    if (this.#writing === undefined) this.#start();
    if (this.#writing !== undefined) throw new Error('the sink is asynchronous, and close() was not awaited');
  }

  /** Begins to write all that waits, unless a write is in progress. @throws if that fails synchronously */
  #start(): void {
    if (this.#writing !== undefined || this.#calling || this.#queue.count === 0) return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const batch = this.#queue;
    this.#queue = this.#spare;
    this.#spare = batch;
    const { bytes } = batch;
    let result: unknown;
    this.#calling = true;
    try {
      result = this.#output.append(this.#output.copies ? bytes : bytes.slice());
    } catch (error) {
      throw this.#failed(batch, error);
    } finally {
      this.#calling = false;
    }
    if (!isThenable(result)) {
      this.#succeeded(batch);
      return;
    }
    this.#writing = Promise.resolve(result).then(
      () => {
        this.#writing = undefined;
        this.#succeeded(batch);
        this.#startUnheard();
        return undefined;
      },
      (error) => {
        this.#writing = undefined;
        const failure = this.#failed(batch, error);
        this.#reportFailure(failure);
        return failure;
      },
    );
  }

  #succeeded(batch: RecordBatch): void {
    this.#bytes -= batch.bytes.length;
    batch.clear();
    this.#outage = undefined;
    this.#reportDropped();
    if (this.#queue.count === 0) forget(this);
    else this.#oldest = performance.now();
  }

  #failed(batch: RecordBatch, cause: unknown): Error {
    // Records added during the write follow those of the failed batch.
    batch.add(this.#queue.bytes, this.#queue.count);
    this.#queue.clear();
    [this.#queue, this.#spare] = [batch, this.#queue];
    this.#retry = setTimeout(() => this.#startUnheard(), RETRY_MILLISECONDS);
    this.#retryAt = performance.now() + RETRY_MILLISECONDS;
    // The timer must not keep the process alive: 'exit' writes what waits. In a simulated browser a timer is a number.
    (this.#retry as unknown as { unref?(): void }).unref?.();
    const message = cause instanceof Error ? cause.message : String(cause);
    const kept = `records kept in memory: ${this.#queue.count}`;
    const error = new Error(`${message}; ${kept}`, { cause: (cause as { cause?: unknown })?.cause ?? cause });
    this.#outage ??= {};
    return markOutage(error, this.#outage);
  }

  #startAtEndOfTurn(): void {
    if (this.#atEndOfTurn) return;
    this.#atEndOfTurn = true;
    const action = () => {
      this.#atEndOfTurn = false;
      // After a failure the retry timer takes over.
      if (this.#retry === undefined) this.#startUnheard();
    };
    const node = nodeBuiltins();
    if (node === undefined) setTimeout(action, 0);
    else node.timers.setImmediate(action);
  }

  /** An error in a timer would end the process, so it is reported instead, once per outage. */
  #startUnheard(): void {
    try {
      this.#start();
    } catch (error) {
      this.#reportFailure(error as Error);
    }
  }

  #reportFailure(error: Error): void {
    if (isFirstReport(this.#outage!)) report(error);
  }

  #reportDropped(): void {
    const dropped = this.#overflow?.dropped;
    this.#overflow = undefined;
    if (dropped !== undefined) report(new Error(`SummaryWriter: records lost, while too many waited: ${dropped}`));
  }
}

/** A larger buffer is not kept for the next batch. */
const MOST_KEPT_BYTES = 1 << 20;

/** Records one after the other, as in the file. Its buffer is reused. */
class RecordBatch {
  count = 0;
  #length = 0;
  #buffer: Uint8Array = new Uint8Array(0);

  /** All records. A view, valid until the next change. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** @param records are copied; `count` of them */
  add(records: Uint8Array, count = 1): void {
    const length = this.#length + records.length;
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#buffer.length));
      larger.set(this.bytes);
      this.#buffer = larger;
    }
    this.#buffer.set(records, this.#length);
    this.#length = length;
    this.count += count;
  }

  clear(): void {
    if (this.#buffer.length > MOST_KEPT_BYTES) this.#buffer = new Uint8Array(0);
    this.#length = 0;
    this.count = 0;
  }
}
