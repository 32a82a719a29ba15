import type { ViewerPoint } from '../../../viewer/data/points.ts';
import type { DataSource, Progress, SourceListener } from '../../../viewer/sources/data-source.ts';

/** Listens to a source of logs and keeps what it says, in the order in which it was said. */
export class LogListener implements SourceListener {
  readonly batches: (readonly ViewerPoint[])[] = [];
  readonly warnings: string[] = [];
  readonly stop: () => void;
  last: Progress | undefined;
  /** What each batch waits for. */
  until: Promise<void> | undefined;

  constructor(source: DataSource) {
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
    return this.all.map((point) => `${point.run} ${'tag' in point ? point.tag : point.kind} ${point.step}`);
  }

  /** Waits in real time until something holds. */
  async waitFor(what: string, holds: () => boolean): Promise<void> {
    for (let i = 0; i < 1000 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
    if (!holds()) throw new Error(`not within 5 s: ${what}; warnings: ${this.warnings.join(' ')}`);
  }
}
