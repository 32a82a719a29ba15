import type { HistogramPoint, ViewerPoint } from '../../../viewer/data/points.ts';
import type { DataSource, SourceListener } from '../../../viewer/sources/data-source.ts';

/** Listens to a source and keeps what it gives. */
export class Collected implements SourceListener {
  readonly all: HistogramPoint[] = [];
  /** The number of points in each call. */
  readonly calls: number[] = [];
  readonly warnings: string[] = [];
  readonly stop: () => void;
  /** The promise that `points()` returns. */
  until: Promise<void> | undefined;

  constructor(source: DataSource) {
    this.stop = source.connect(this);
  }

  points(points: readonly ViewerPoint[]): void | Promise<void> {
    this.calls.push(points.length);
    for (const point of points) if (point.kind === 'histogram') this.all.push(point);
    return this.until;
  }

  progress(): void {
    throw new Error('a live source has no progress');
  }

  warning(message: string): void {
    this.warnings.push(message);
  }

  /** `tag step` of each point. */
  get names(): string[] {
    return this.all.map(({ tag, step }) => `${tag} ${step}`);
  }

  /** Waits until this many points have come, for sources on the real clock. */
  async count(points: number): Promise<void> {
    for (let i = 0; i < 500 && this.all.length < points; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    if (this.all.length < points) throw new Error(`${this.all.length} of ${points} points came in 5 s`);
  }
}
