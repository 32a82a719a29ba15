import type { Clock } from '../clock.ts';
import type { ScalarArchive } from '../data/scalar-archive.ts';
import type { ScalarListener } from '../data/scalar-wants.ts';
import type { Progress } from './data-source.ts';

/** Milliseconds between two updates at least. */
const LEAST_REST = 100;
/** Between two updates reading goes on for this many times as long as making one took. */
const REST = 8;

/**
 * Gives a page what its cards show of an archive: between reading, as often as that allows. Reports progress for what the page
 * was given, not for what was read.
 */
export class ScalarFeed {
  readonly #archive: ScalarArchive;
  readonly #listener: ScalarListener;
  readonly #clock: Clock;
  readonly #report: (progress: Progress) => void;
  /** How much of the logs the archive has. */
  #read: Progress | undefined;
  #reported: Progress | undefined;
  /** Progress to report once this many waiting series were given. */
  #next: { series: number; readonly progress: Progress | undefined } | undefined;
  /** When the next update may be sent. */
  #due = 0;
  /** The update that the page has not taken yet. */
  #sending: Promise<void> | undefined;
  #cancel: (() => void) | undefined;
  readonly #stop: () => void;

  constructor(archive: ScalarArchive, listener: ScalarListener, clock: Clock, report: (progress: Progress) => void) {
    this.#archive = archive;
    this.#listener = listener;
    this.#clock = clock;
    this.#report = report;
    const { wants } = listener;
    archive.want(wants.all);
    wants.answer = async (question) => archive.answer(question);
    const stopWants = wants.listen(() => {
      archive.want(wants.all);
      this.send();
    });
    this.#stop = () => {
      stopWants();
      wants.answer = undefined;
      this.#cancel?.();
    };
  }

  /**
   * Sends what has changed, now or when it is time. Does not wait for it.
   * @param read how much of the logs the archive has
   */
  send(read: Progress | undefined = this.#read): void {
    this.#read = read;
    if (this.#cancel !== undefined || this.#sending !== undefined) return;
    if (!this.#archive.hasNews) {
      this.#given(read);
      return;
    }
    const wait = this.#due - this.#clock.now();
    if (wait <= 0) this.#sendNow();
    else {
      this.#cancel = this.#clock.after(wait, () => {
        this.#cancel = undefined;
        this.send();
      });
    }
  }

  /** Sends all that has changed, and waits until the page has taken it. */
  async flush(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (this.#sending !== undefined || this.#archive.hasNews)) {
      if (this.#sending === undefined) this.#sendNow();
      await this.#sending;
    }
    if (!signal.aborted) this.send();
  }

  close(): void {
    this.#stop();
  }

  #sendNow(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    // Series are given in the order of their first change.
    this.#next ??= { series: this.#archive.waiting, progress: this.#read };
    const next = this.#next;
    const start = this.#clock.now();
    const update = this.#archive.update();
    const cost = this.#clock.now() - start;
    const taking = this.#listener.take(update);
    this.#due = this.#clock.now() + Math.max(LEAST_REST, REST * cost);
    next.series -= update.parts.length;
    if (next.series <= 0) this.#next = undefined;
    const taken = () => {
      if (next.series <= 0) this.#given(next.progress);
    };
    if (taking === undefined) {
      taken();
      return;
    }
    this.#sending = taking.finally(() => {
      this.#sending = undefined;
      taken();
      // News may have come meanwhile.
      this.send();
    });
  }

  #given(progress: Progress | undefined): void {
    if (progress === undefined || progress === this.#reported) return;
    this.#reported = progress;
    this.#report(progress);
  }
}
