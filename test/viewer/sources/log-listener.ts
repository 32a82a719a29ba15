import type { ViewerPoint } from '../../../viewer/data/points.ts';
import type { DataSource, Progress, SourceListener } from '../../../viewer/sources/data-source.ts';
import type { FakeClock } from '../fake-clock.ts';

/** Listens to a source of logs and keeps what it gives. */
export class LogListener implements SourceListener {
  readonly batches: (readonly ViewerPoint[])[] = [];
  readonly warnings: string[] = [];
  readonly stop: () => void;
  last: Progress | undefined;
  /** The promise that `points()` returns. */
  until: Promise<void> | undefined;

  readonly clock: FakeClock | undefined;

  /** @param clock the clock of the source, driven by {@link waitFor} */
  constructor(source: DataSource, clock?: FakeClock) {
    this.clock = clock;
    this.stop = source.connect(this);
  }

  points(points: readonly ViewerPoint[]): void | Promise<void> {
    this.batches.push(points);
    return this.until;
  }

  progress(progress: Progress): void {
    this.last = progress;
  }

  warning(message: string): void {
    this.warnings.push(message);
  }

  get all(): ViewerPoint[] {
    return this.batches.flat();
  }

  /** `run tag step` of each point. */
  get names(): string[] {
    return this.all.map(
      (point) => `${point.run} ${'tag' in point ? point.tag : point.kind} ${'step' in point ? point.step : ''}`,
    );
  }

  /** Drives the clock, poll by poll, until a condition holds. */
  async waitFor(what: string, holds: () => boolean): Promise<void> {
    const deadline = performance.now() + 10_000;
    while (!holds() && performance.now() < deadline) {
      if (this.clock === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
      else await this.clock.pass(1000);
    }
    if (!holds()) throw new Error(`not within 10 s: ${what}; warnings: ${this.warnings.join(' ')}`);
  }
}
