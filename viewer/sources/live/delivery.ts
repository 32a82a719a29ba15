import { report } from '../../../src/adapter.ts';
import { isThenable } from '../../../src/check/index.ts';
import type { Clock } from '../../clock.ts';
import type { ViewerPoint } from '../../data/points.ts';
import type { SourceListener } from '../data-source.ts';

/** At most ten times a second: what is drawn of it has a known rate, whatever the model's is. */
const INTERVAL = 100;

/** How many points may wait before no round begins. */
const ENOUGH = 1024;

/**
 * Stands between the forwards and who listens, who is called in tasks of its own: at once after a pause, else ten times a
 * second, and not before it has done with what it got last.
 */
export class Delivery {
  readonly #listener: SourceListener;
  readonly #clock: Clock;
  readonly #onRoom: () => void;
  #points: ViewerPoint[] = [];
  #warnings: string[] = [];
  #last = -Infinity;
  #busy = false;
  #callOff: (() => void) | undefined;
  #stopped = false;

  /** @param onRoom is called when there is room again */
  constructor(listener: SourceListener, clock: Clock, onRoom: () => void) {
    this.#listener = listener;
    this.#clock = clock;
    this.#onRoom = onRoom;
  }

  /** Whether more may come. */
  get hasRoom(): boolean {
    return this.#points.length < ENOUGH;
  }

  point(point: ViewerPoint): void {
    this.#points.push(point);
    this.#schedule();
  }

  warning(message: string): void {
    this.#warnings.push(message);
    this.#schedule();
  }

  /** Nobody is called any more. */
  stop(): void {
    this.#stopped = true;
    this.#callOff?.();
  }

  #schedule(): void {
    if (this.#stopped || this.#busy || this.#callOff !== undefined) return;
    const wait = Math.max(0, this.#last + INTERVAL - this.#clock.now());
    this.#callOff = this.#clock.after(wait, () => void this.#deliver());
  }

  async #deliver(): Promise<void> {
    this.#callOff = undefined;
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
