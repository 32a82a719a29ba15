import type { NotShownPoint } from './points.ts';

/** What logs have that the viewer does not show: each thing of a run and tag once. */
export class NotShown {
  /** By what they are, then by run and tag. */
  readonly #points: Map<string, Map<string, NotShownPoint>> = new Map();

  add(point: NotShownPoint): void {
    const { what, run, tag } = point;
    const points = this.#points.get(what) ?? new Map();
    this.#points.set(what, points.set(JSON.stringify([run, tag]), point));
  }

  get counts(): ReadonlyMap<string, number> {
    return new Map([...this.#points].map(([what, points]) => [what, points.size]));
  }

  *points(): Generator<NotShownPoint> {
    for (const points of this.#points.values()) yield* points.values();
  }
}
