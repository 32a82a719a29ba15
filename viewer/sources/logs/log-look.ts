import { type FileWarning, type LogDirectory, type RunEvent, RunReader } from '../../../src/tensorboard/index.ts';
import { fromEvent, UnusableRecord } from '../../data/from-event.ts';
import type { ViewerPoint } from '../../data/points.ts';
import type { SourceListener } from '../data-source.ts';
import { CountedLogs } from './counted-logs.ts';
import { Warnings } from './warnings.ts';

/** Milliseconds of reading that make a batch; the first one is smaller, so that there is something to see. */
const BATCH = 30;
const FIRST_BATCH = 3;

/** Reads logs look by look: all there is at first, and what came since at each further one. */
export class LogLook {
  readonly #listener: SourceListener;
  readonly #logs: CountedLogs;
  readonly #reader: RunReader;
  readonly #warnings: Warnings;
  #points: ViewerPoint[] = [];
  #batch: number = FIRST_BATCH;

  constructor(logs: LogDirectory, listener: SourceListener) {
    this.#listener = listener;
    this.#warnings = new Warnings((message) => listener.warning(message));
    this.#logs = new CountedLogs(logs, (path) =>
      this.#warnings.tell(path, `${path} is gone. What was read of it stays.`),
    );
    this.#reader = new RunReader(this.#logs, { onWarning: (damage) => this.#damage(damage) });
  }

  /** Gives everything that was written since the last look. What goes wrong is told. */
  async look(signal: AbortSignal): Promise<void> {
    await this.#read(signal);
    const { failure, isEmpty } = this.#logs;
    if (failure !== undefined) {
      const what = (failure as { code?: unknown }).code === 'ENOENT' ? 'the directory is not there' : failure.message;
      this.#warnings.tell(UNREADABLE, `The logs cannot be read: ${what}. It is tried again and again.`, 1);
      return;
    }
    if (this.#warnings.over(UNREADABLE)) this.#listener.warning('The logs can be read again.');
    if (!isEmpty) this.#warnings.over(EMPTY);
    else this.#warnings.tell(EMPTY, 'There are no event files yet. Their names have "tfevents" in them.', 1);
  }

  async #read(signal: AbortSignal): Promise<void> {
    let start = performance.now();
    for await (const { run, events } of this.#reader.pollBatches()) {
      for (const event of events) {
        this.#take({ run, event });
        if (performance.now() - start < this.#batch) continue;
        await this.#give();
        if (signal.aborted) return;
        this.#batch = BATCH;
        start = performance.now();
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
      this.#warnings.tell(`run ${event.run}`, error.message);
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
    const what = final && offset === 0 ? 'this is no event file, or it is damaged from its beginning on' : reason;
    this.#warnings.tell(path, `${path}, byte ${offset}: ${what}.`);
  }
}

const UNREADABLE = 'the logs';
const EMPTY = 'no files';
