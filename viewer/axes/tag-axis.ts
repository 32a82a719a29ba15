import type { AxisUnit, Hover, Range, ViewState } from '../state/view-state.ts';
import type { Axes } from './axes.ts';
import type { Timed } from './record-places.ts';

/** The pointer, with its place on an axis. */
export interface Pointed extends Hover {
  /** A step, or seconds on an axis of time. */
  readonly at: number;
}

/** What is marked on a plot: the brushed part of its axis, and the pointer. */
export interface Marks {
  readonly brush: Range | undefined;
  readonly hover: Pointed | undefined;
}

/** The axis of a tag, which it shares with the tags of its group, also after these change. Ranges are in its unit. */
export class TagAxis implements Marks {
  readonly #axes: Axes;
  readonly #state: ViewState;
  readonly #tag: string;

  constructor(axes: Axes, state: ViewState, tag: string) {
    this.#axes = axes;
    this.#state = state;
    this.#tag = tag;
  }

  get unit(): AxisUnit {
    return this.#state.view.axis;
  }

  /** What is shown of the group; undefined if nothing is, or if it has no times. */
  get extent(): Range | undefined {
    return this.#axes.group(this.#tag)?.extent;
  }

  /** The part that the user zoomed to; undefined for all. */
  get steps(): Range | undefined {
    return this.#find(this.#state.view.steps);
  }

  get brush(): Range | undefined {
    return this.#find(this.#state.view.brush);
  }

  get hover(): Pointed | undefined {
    const { hover } = this.#state.view;
    if (hover === undefined || (hover.tag !== undefined && !this.#isShared(hover.tag))) return undefined;
    const at = this.#axes.places.ofHover(hover, this.unit);
    return at === undefined ? undefined : { ...hover, at };
  }

  /** Changes zoom, brush or pointer. Those of other axes stay. */
  change(changes: { steps?: Range | undefined; brush?: Range | undefined; hover?: Pointed | undefined }): void {
    const { steps, brush } = this.#state.view;
    this.#state.change({
      ...('steps' in changes && { steps: this.#replaced(steps, changes.steps) }),
      ...('brush' in changes && { brush: this.#replaced(brush, changes.brush) }),
      ...('hover' in changes && { hover: this.#hoverOf(changes.hover) }),
    });
  }

  /** The places of records, ascending. Empty if they have no times. */
  places(run: string, records: Timed): Float64Array {
    return this.#axes.places.of(run, records, this.unit);
  }

  #hoverOf(pointed: Pointed | undefined): Hover | undefined {
    if (pointed === undefined) return undefined;
    const { at, ...hover } = pointed;
    return { tag: this.#tag, ...hover, ...(this.unit === 'step' ? { step: at } : { time: at }) };
  }

  #isShared(tag: string): boolean {
    return tag === this.#tag || (this.#axes.group(tag) ?? tag) === (this.#axes.group(this.#tag) ?? this.#tag);
  }

  #find(ranges: ReadonlyMap<string, Range>): Range | undefined {
    for (const [tag, range] of ranges) if (this.#isShared(tag)) return range;
    return undefined;
  }

  #replaced(ranges: ReadonlyMap<string, Range>, range: Range | undefined): ReadonlyMap<string, Range> {
    const others = [...ranges].filter(([tag]) => !this.#isShared(tag));
    return new Map(range === undefined ? others : [...others, [this.#tag, range]]);
  }
}
