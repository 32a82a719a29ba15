import { describe } from '../hooks/index.ts';
import { defaultEdges } from './default-edges.ts';
import { defaultLogDir } from './default-log-dir.ts';
import { encodeEvent, type SummaryValue } from './event.ts';
import { fileHeader } from './file-header.ts';
import { FileSink } from './file-sink.ts';
import { makeHistogram } from './histogram.ts';
import { nodeBuiltins } from './node.ts';
import { encodeRecord } from './record.ts';
import type { RecordSink } from './record-sink.ts';
import { StepCounter } from './step-counter.ts';
import { readScalar, readValues, type SummaryValues } from './values.ts';
import { readOptions, type SummaryWriterOptions } from './writer-options.ts';

/**
 * Writes event files that TensorBoard reads, byte for byte those of PyTorch's `SummaryWriter` but for times, names and
 * the last bits of sums.
 *
 * Records wait in memory until there are `maxQueue` of them or the first is `flushSecs` old, then they are written
 * synchronously. A process that ends without {@link close}, by an uncaught exception too, loses nothing. One that a
 * signal kills, Ctrl-C included, loses what waited; what is on disk stays readable.
 *
 * @example
 * const writer = new SummaryWriter();
 * net.fc1.registerForwardHook((module, inputs, output) => {
 *   writer.addHistogram('fc1', output);
 * });
 */
export class SummaryWriter {
  /** The directory of the event file, as it was given. */
  readonly logDir: string;
  readonly #sink: RecordSink;
  readonly #edges: Float64Array = defaultEdges();
  readonly #steps: StepCounter = new StepCounter();
  readonly #warned: Set<string> = new Set();
  #closed = false;

  /**
   * Makes the directory with its parents, and a new event file in it.
   * @param logDir TensorBoard shows each directory as one run. Default (also for '', as in PyTorch):
   *   `runs/{month}{day}_{hours}-{minutes}-{seconds}_{hostname}{comment}`
   * @throws TypeError for a wrong argument or an unknown option; Error if the directory or the file cannot be made (its
   *   `cause` is the system's error), or outside Node
   */
  constructor(logDir?: string, options: SummaryWriterOptions = {}) {
    if (logDir !== undefined && typeof logDir !== 'string') {
      throw new TypeError(`SummaryWriter: logDir is ${describe(logDir)}; expected a string`);
    }
    const read = readOptions(options);
    const node = nodeBuiltins();
    this.logDir = logDir || defaultLogDir(node, new Date(), read.comment);
    this.#sink = new FileSink(node, this.logDir, read, fileHeader(Date.now() / 1000));
  }

  /**
   * Logs how values are distributed, in PyTorch's default bins: 1548 of them, growing by a tenth from ±1e-12 to
   * ±9.92e19.
   *
   * NaN, infinities and values beyond the bins count in the record's `num` and in no bin, as in PyTorch. Otherwise than
   * there, `min`, `max`, `sum` and `sum_squares` are of the finite values, so that TensorBoard can still draw the rest.
   * Where nothing falls into a bin (no values, only NaN), the step passes without a record, with one `console.warn` for
   * each tag; PyTorch throws there.
   *
   * @param tag the name of the series; TensorBoard groups by what stands before a '/'
   * @param values of any shape: numbers, typed arrays, tensors (objects with a typed array as `data`), arrays of these
   * @param step truncated to a whole number. Default: one more than this tag's last step, from 0
   * @throws TypeError or RangeError for a wrong tag, value or step, before anything has changed; Error after
   *   {@link close}, or if records were due and could not be written: these are kept for the next attempt, this one too
   */
  addHistogram(tag: string, values: SummaryValues, step?: number | bigint): void {
    const where = this.#check('addHistogram', tag);
    const numbers = readValues(where, values);
    const resolved = this.#steps.resolve(where, tag, step);
    const histogram = makeHistogram(numbers, this.#edges);
    if (histogram === undefined) this.#warnOfNothing(where, tag, numbers.length);
    this.#add(tag, resolved, histogram && { tag, histogram });
  }

  /**
   * Logs one number of a curve, stored as a float32. NaN and infinities are stored as they are.
   * @param tag the name of the curve; TensorBoard groups by what stands before a '/'
   * @param value a number, or a tensor or array that holds a single one
   * @param step as for {@link addHistogram}
   * @throws as {@link addHistogram} does
   */
  addScalar(tag: string, value: SummaryValues, step?: number | bigint): void {
    const where = this.#check('addScalar', tag);
    const simpleValue = readScalar(where, value);
    const resolved = this.#steps.resolve(where, tag, step);
    this.#add(tag, resolved, { tag, simpleValue });
  }

  /**
   * Writes what waits in memory; in Node it is in the file before the promise is returned. Does nothing after
   * {@link close}.
   * @throws Error (the promise rejects) if writing failed; the records are kept for the next attempt
   */
  async flush(): Promise<void> {
    await this.#sink.flush();
  }

  /**
   * Flushes and ends the file. Otherwise than in PyTorch, which would begin a new file, adding is an error from then on.
   * Twice is harmless.
   * @throws Error (the promise rejects) if writing failed; the records are kept, and the writer stays open
   */
  async close(): Promise<void> {
    const closing = this.#sink.close();
    this.#closed = true;
    try {
      await closing;
    } catch (error) {
      this.#closed = false;
      throw error;
    }
  }

  /** {@link close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** @returns how error messages name the call */
  #check(method: string, tag: unknown): string {
    if (typeof tag !== 'string' || tag === '') {
      throw new TypeError(`SummaryWriter.${method}: tag is ${describe(tag)}; expected a string that is not empty`);
    }
    const where = `SummaryWriter.${method}(${JSON.stringify(tag)})`;
    if (this.#closed) throw new Error(`${where}: the writer is closed (its log directory is ${this.logDir})`);
    return where;
  }

  /** The step passes also without a value: tags that are logged side by side stay at the same step. */
  #add(tag: string, step: bigint, value: SummaryValue | undefined): void {
    const record = value && encodeRecord(encodeEvent({ wallTime: Date.now() / 1000, step, summary: [value] }));
    this.#steps.advance(tag, step);
    if (record !== undefined) this.#sink.write(record);
  }

  #warnOfNothing(where: string, tag: string, count: number): void {
    if (this.#warned.has(tag)) return;
    this.#warned.add(tag);
    const what = count === 0 ? 'there are no values' : `of ${count} values all are NaN, infinite or beyond ±9.92e19`;
    console.warn(`${where}: ${what}, so no histogram is written. This is said once for each tag.`);
  }
}
