import type { Clock } from '../clock.ts';
import type { ScalarArchive } from '../data/scalar-archive.ts';
import type { ScalarListener } from '../data/scalar-wants.ts';

/** Milliseconds between two updates at least. */
const LEAST_REST = 100;
/** Between two updates reading goes on for this many times as long as making one took. */
const REST = 8;

/** Gives a page what its cards show of an archive: between reading, as often as that allows. */
export class ScalarFeed {
  readonly #archive: ScalarArchive;
  readonly #listener: ScalarListener;
  readonly #clock: Clock;
  #next = 0;
  /** The update that the page has not taken yet. */
  #sending: Promise<void> | undefined;
  #cancel: (() => void) | undefined;
  readonly #stop: () => void;

  constructor(archive: ScalarArchive, listener: ScalarListener, clock: Clock) {
    this.#archive = archive;
    this.#listener = listener;
    this.#clock = clock;
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

  /** Sends what has changed, now or when it is time. Does not wait for it. */
  send(): void {
    if (this.#cancel !== undefined || this.#sending !== undefined || !this.#archive.hasNews) return;
    const wait = this.#next - this.#clock.now();
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
  }

  close(): void {
    this.#stop();
  }

  #sendNow(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const start = this.#clock.now();
    const update = this.#archive.update();
    const cost = this.#clock.now() - start;
    const taking = this.#listener.take(update);
    this.#next = this.#clock.now() + Math.max(LEAST_REST, REST * cost);
    if (taking === undefined) return;
    this.#sending = taking.finally(() => {
      this.#sending = undefined;
      // News may have come meanwhile.
      this.send();
    });
  }
}
