import { report } from '../../../src/adapter.ts';
import { isThenable } from '../../../src/check/index.ts';
import type { Clock } from '../../clock.ts';
import type { ViewerPoint } from '../../data/points.ts';
import type { SourceListener } from '../data-source.ts';

/** Deliveries are at least this many milliseconds apart, so that drawing has a known rate whatever the model's is. */
const INTERVAL = 100;

/** No round begins while this many points wait. */
const MOST_WAITING = 1024;

/**
 * Calls the listener outside of forwards: in the next task after a pause, else ten times a second, and never before it has
 * taken the last points.
 */
export class Delivery {
  readonly #listener: SourceListener;
  readonly #clock: Clock;
  readonly #onRoom: () => void;
  #points: ViewerPoint[] = [];
  #warnings: string[] = [];
  #last = -Infinity;
  #busy = false;
  #cancel: (() => void) | undefined;
  #stopped = false;

  /** @param onRoom called when waiting points were sent and others may come */
  constructor(listener: SourceListener, clock: Clock, onRoom: () => void) {
    this.#listener = listener;
    this.#clock = clock;
    this.#onRoom = onRoom;
  }

  get hasRoom(): boolean {
    return this.#points.length < MOST_WAITING;
  }

  point(point: ViewerPoint): void {
    this.#points.push(point);
    this.#schedule();
  }

  warning(message: string): void {
    this.#warnings.push(message);
    this.#schedule();
  }

  /** The listener is not called afterwards. */
  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #schedule(): void {
    if (this.#stopped || this.#busy || this.#cancel !== undefined) return;
    const wait = Math.max(0, this.#last + INTERVAL - this.#clock.now());
    this.#cancel = this.#clock.after(wait, () => void this.#deliver());
  }

  async #deliver(): Promise<void> {
    this.#cancel = undefined;
    this.#busy = true;
    this.#last = this.#clock.now();
    const [points, warnings] = [this.#points, this.#warnings];
    this.#points = [];
    this.#warnings = [];
    this.#onRoom();
    try {
      for (const warning of warnings) this.#listener.warning(warning);
      const done = points.length > 0 ? this.#listener.points(points) : undefined;
      if (isThenable(done)) await done;
    } catch (error) {
      report(error as Error);
    }
    this.#busy = false;
    if (this.#points.length > 0 || this.#warnings.length > 0) this.#schedule();
  }
}
