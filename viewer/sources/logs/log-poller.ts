import { type FileWarning, type LogDirectory, type RunEvent, RunReader } from '../../../src/tensorboard/index.ts';
import { CLOCK, type Clock } from '../../clock.ts';
import { fromEvent, UnusableRecord } from '../../data/from-event.ts';
import type { ViewerPoint } from '../../data/points.ts';
import type { SourceListener } from '../data-source.ts';
import { CountedLogs } from './counted-logs.ts';

/** A batch is this many milliseconds of reading; the first is smaller, to show something early. */
const BATCH = 30;
const FIRST_BATCH = 3;

/** A damaged file may have damage in every record: each subject gets this many warnings. */
const MOST_WARNINGS = 3;

const UNREADABLE = 'the logs';
const EMPTY = 'no files';

/** Reads logs poll by poll: first everything, then what was appended. */
export class LogPoller {
  readonly #listener: SourceListener;
  readonly #clock: Clock;
  readonly #logs: CountedLogs;
  readonly #reader: RunReader;
  /** The number of warnings by their subject. */
  readonly #warnings: Map<string, number> = new Map();
  #points: ViewerPoint[] = [];
  #batch: number = FIRST_BATCH;

  constructor(logs: LogDirectory, listener: SourceListener, clock: Clock = CLOCK) {
    this.#listener = listener;
    this.#clock = clock;
    this.#logs = new CountedLogs(logs, (path) => this.#warn(path, `${path} is gone. What was read from it is kept.`));
    this.#reader = new RunReader(this.#logs, { onWarning: (damage) => this.#damage(damage) });
  }

  /** Gives everything that was written since the last poll. Never throws for what the logs hold. */
  async poll(signal: AbortSignal): Promise<void> {
    await this.#read(signal);
    const { failure, isEmpty } = this.#logs;
    if (failure !== undefined) {
      const why = (failure as { code?: unknown }).code === 'ENOENT' ? 'the directory does not exist' : failure.message;
      this.#warn(UNREADABLE, `The logs cannot be read: ${why}. Trying again.`, 1);
      return;
    }
    if (this.#warnings.delete(UNREADABLE)) this.#listener.warning('The logs can be read again.');
    if (!isEmpty) this.#warnings.delete(EMPTY);
    else this.#warn(EMPTY, 'There are no event files yet: files with "tfevents" in their names.', 1);
  }

  async #read(signal: AbortSignal): Promise<void> {
    let start = this.#clock.now();
    for await (const { run, events } of this.#reader.pollBatches()) {
      for (const event of events) {
        this.#take({ run, event });
        if (this.#clock.now() - start < this.#batch) continue;
        await this.#give();
        if (signal.aborted) return;
        this.#batch = BATCH;
        start = this.#clock.now();
      }
      if (signal.aborted) return;
    }
    await this.#give();
  }

  #take(event: RunEvent): void {
    try {
      const point = fromEvent(event);
      if (point !== undefined) this.#points.push(point);
    } catch (error) {
      if (!(error instanceof UnusableRecord)) throw error;
      this.#warn(`run ${event.run}`, error.message);
    }
  }

  async #give(): Promise<void> {
    const points = this.#points;
    this.#points = [];
    if (points.length > 0) await this.#listener.points(points);
    this.#listener.progress(this.#logs.progress);
  }

  #damage({ path, offset, reason, final }: FileWarning): void {
    if (final) this.#logs.skip(path);
    const what = final && offset === 0 ? 'this is not an event file, or its beginning is damaged' : reason;
    this.#warn(path, `${path}, byte ${offset}: ${what}.`);
  }

  #warn(subject: string, message: string, most: number = MOST_WARNINGS): void {
    const count = (this.#warnings.get(subject) ?? 0) + 1;
    if (count > most) return;
    this.#warnings.set(subject, count);
    const isLast = count === most && most > 1;
    this.#listener.warning(isLast ? `${message} Further warnings about ${subject} are not shown.` : message);
  }
}
