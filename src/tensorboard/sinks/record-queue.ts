import { isFirstReport, isThenable, markOutage } from '../../check/index.ts';
import { report } from '../../hooks/index.ts';
import { drainAtExit, forget, type Waiting } from './at-exit.ts';
import type { EventOutput } from './event-sink.ts';
import { nodeBuiltins } from './node.ts';
import { RecordBatch } from './record-batch.ts';

export interface QueueLimits {
  readonly maxQueue: number;
  readonly flushSecs: number;
}

/** Where an output is slow or refuses, so many bytes wait; then adding is an error. */
const MOST_WAITING_BYTES = 64 << 20;

/** A disk that has just refused is not asked again sooner, unless by the caller. */
const RETRY_MILLISECONDS = 1000;

/**
 * Collects records in memory and appends them to an output, all that wait at a time: when there are `maxQueue` of them,
 * when the first of them is `flushSecs` old, at the end of the event loop's turn, on request, and when the process ends.
 * One write at a time, in the order in which they came.
 *
 * The end of the turn is what makes Ctrl-C harmless without a listener for it: a listener would keep a loop that never
 * yields from being stopped.
 */
export class RecordQueue implements Waiting {
  readonly #output: EventOutput;
  readonly #limits: QueueLimits;
  /** What waits. */
  #queue: RecordBatch = new RecordBatch();
  /** Takes its place while it is being written. */
  #spare: RecordBatch = new RecordBatch();
  /** Of the queue, and of what is being written. */
  #bytes = 0;
  /** When the first record that waits came, by `performance.now()`: the clock on the wall may be set. */
  #oldest = 0;
  #atEndOfTurn = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #retryAt = 0;
  /** Whether the output is being called: one that logs something itself must not be called again meanwhile. */
  #calling = false;
  /** The write that is going on; fulfilled with its error where it fails. */
  #writing: Promise<Error | undefined> | undefined;
  /** What its output suffers from, while writing fails; and since so much waits that records are not taken. */
  #outage: object | undefined;
  #overflow: { dropped: number } | undefined;

  constructor(output: EventOutput, limits: QueueLimits) {
    this.#output = output;
    this.#limits = limits;
  }

  /**
   * @param record is copied
   * @throws Error if too much waits already: then the record is not taken, and when writing succeeds again it is reported
   *   how many were not. Or if it was time to write and that failed: then the record waits for the next attempt, with the
   *   others. Both are marked as outage that may pass
   */
  write(record: Uint8Array): void {
    if (this.#bytes > 0 && this.#bytes + record.length > MOST_WAITING_BYTES) {
      // The disk may have room again, and a loop that never yields lets no timer fire.
      if (this.#writing === undefined && performance.now() >= this.#retryAt) this.#startUnheard();
    }
    if (this.#bytes > 0 && this.#bytes + record.length > MOST_WAITING_BYTES) {
      this.#overflow ??= { dropped: 0 };
      this.#overflow.dropped++;
      const error = new Error(
        `SummaryWriter: ${this.#bytes} bytes of records wait to be written, so this one is not taken; ` +
          'await writer.flush() before adding more',
      );
      throw markOutage(error, this.#overflow);
    }
    this.#take(record);
    // The age is looked at here, because a loop that never yields lets no timer fire.
    const overdue = performance.now() - this.#oldest >= this.#limits.flushSecs * 1000;
    if (overdue || this.#queue.count >= this.#limits.maxQueue) this.#start();
    if (this.#queue.count > 0) this.#startAtEndOfTurn();
  }

  /** Does not wait for others: a file begins with its header. @throws Error if that failed at once */
  writeNow(record: Uint8Array): void {
    this.#take(record);
    this.#start();
  }

  #take(record: Uint8Array): void {
    this.#queue.add(record);
    this.#bytes += record.length;
    if (this.#queue.count > 1) return;
    this.#oldest = performance.now();
    drainAtExit(this);
  }

  /**
   * Writes all that waits. Where the output is synchronous that has happened when this returns; only the failure is
   * asynchronous.
   * @throws Error (the promise rejects) if writing failed; the records are kept
   */
  async flush(): Promise<void> {
    if (this.#writing !== undefined) await this.#writing;
    this.#start();
    const error = await this.#writing;
    if (error !== undefined) throw error;
  }

  /** Frees the output. What waits is not written any more. */
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

  /** Begins to write all that waits, unless a write is going on. @throws where that fails at once */
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
        this.#complain(failure);
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
    // What came meanwhile comes behind.
    batch.add(this.#queue.bytes, this.#queue.count);
    this.#queue.clear();
    [this.#queue, this.#spare] = [batch, this.#queue];
    this.#retry = setTimeout(() => this.#startUnheard(), RETRY_MILLISECONDS);
    this.#retryAt = performance.now() + RETRY_MILLISECONDS;
    // A timer must not keep a process alive that has nothing else to do: 'exit' writes what waits. Where a simulated
    // browser has replaced Node's timers they are numbers.
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
      // After a failure the timer is the one who tries again.
      if (this.#retry === undefined) this.#startUnheard();
    };
    const node = nodeBuiltins();
    if (node === undefined) setTimeout(action, 0);
    else node.timers.setImmediate(action);
  }

  /** Nobody could catch what a timer throws: it would end the process. So it is reported, once, until a write succeeds. */
  #startUnheard(): void {
    try {
      this.#start();
    } catch (error) {
      this.#complain(error as Error);
    }
  }

  #complain(error: Error): void {
    if (isFirstReport(this.#outage!)) report(error);
  }

  #reportDropped(): void {
    const dropped = this.#overflow?.dropped;
    this.#overflow = undefined;
    if (dropped !== undefined) report(new Error(`SummaryWriter: records lost, while too many waited: ${dropped}`));
  }
}
