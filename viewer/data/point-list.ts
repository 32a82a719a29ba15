import type { ImagePoint, TextPoint } from './points.ts';

/** The most points that are kept: as many as TensorBoard keeps images. */
const MOST = 10;

/** The images or texts of one tag in one run, in the order of steps: at most ten, spread from the first to the last. */
export class PointList<P extends ImagePoint | TextPoint> {
  /** Increases with each change. */
  version = 0;
  #points: P[] = [];
  /** Every n-th point is kept. */
  #stride = 1;
  #seen = 0;

  get points(): readonly P[] {
    return this.#points;
  }

  /** About how many bytes the list takes. */
  get bytes(): number {
    return this.#points.reduce((sum, point) => sum + sizeOf(point), 300);
  }

  get steps(): Float64Array {
    return Float64Array.from(this.#points, ({ step }) => step);
  }

  get wallTimes(): Float64Array {
    return Float64Array.from(this.#points, ({ wallTime }) => wallTime);
  }

  /** The first step; Infinity if there is none. */
  get oldest(): number {
    return this.#points[0]?.step ?? Infinity;
  }

  /** The last step; -Infinity if there is none. */
  get newest(): number {
    return this.#points.at(-1)?.step ?? -Infinity;
  }

  /** Inserts a point by its step. It replaces one of the same step. */
  add(point: P): void {
    this.version++;
    const points = this.#points;
    const at = points.findLastIndex(({ step }) => step <= point.step);
    if (points[at]?.step === point.step) {
      points[at] = point;
      return;
    }
    // The newest is always kept; of the others every n-th.
    const newest = at === points.length - 1;
    if (newest && points.length > 1 && (this.#seen - 1) % this.#stride !== 0) points.pop();
    points.splice(newest ? points.length : at + 1, 0, point);
    this.#seen++;
    if (points.length > MOST) this.shrink();
  }

  purge(step: number): void {
    this.version++;
    this.#points = this.#points.filter((point) => point.step < step);
    if (this.#points.length === 0) [this.#seen, this.#stride] = [0, 1];
  }

  /** Drops every second point, but never the last. @returns whether it became smaller */
  shrink(): boolean {
    if (this.#points.length < 3) return false;
    this.version++;
    const last = this.#points.length - 1;
    this.#points = this.#points.filter((_, i) => i % 2 === 0 || i === last);
    this.#stride *= 2;
    return true;
  }
}

function sizeOf(point: ImagePoint | TextPoint): number {
  const parts = point.kind === 'image' ? point.images : point.texts;
  return parts.reduce((sum, part) => sum + (typeof part === 'string' ? part.length * 2 : part.byteLength), 200);
}
