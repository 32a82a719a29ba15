import { KINDS } from '../data/run-series.ts';
import type { Store } from '../data/store.ts';
import { nameFilter } from '../names/name-filter.ts';
import type { Range, ViewState } from '../state/view-state.ts';
import { axisGroups, partedGroup } from './axis-groups.ts';
import { RecordPlaces } from './record-places.ts';
import { RunExtents } from './run-extents.ts';

/** Tags that share an axis. */
export interface AxisGroup {
  readonly tags: readonly string[];
  /** Those that are shown: in a run that is not hidden, and not filtered out. */
  readonly shown: readonly string[];
  /** The first and the last place of what is shown; undefined if nothing is, or if it has no times. */
  readonly extent: Range | undefined;
}

/** The horizontal axes of a viewer: which tags share one, and what is shown of it. */
export class Axes {
  readonly #store: Store;
  readonly #state: ViewState;
  readonly places: RecordPlaces;
  readonly #extents: RunExtents;
  /** What the groups were made from. */
  #madeFrom: readonly unknown[] = [];
  #groups: readonly AxisGroup[] = [];
  #groupOf: ReadonlyMap<string, AxisGroup> = new Map();

  constructor(store: Store, state: ViewState) {
    this.#store = store;
    this.#state = state;
    this.places = new RecordPlaces(store);
    this.#extents = new RunExtents(store, this.places);
  }

  /** In the order in which their first tags were logged, histograms before scalars. */
  get groups(): readonly AxisGroup[] {
    this.#update();
    return this.#groups;
  }

  group(tag: string): AxisGroup | undefined {
    this.#update();
    return this.#groupOf.get(tag);
  }

  /** Puts the tags of several groups on one axis. */
  link(groups: readonly AxisGroup[]): void {
    this.#choose([groups.flatMap(({ tags }) => tags)]);
  }

  /** Parts a group where the last steps of its tags differ most. If all are equal, nothing changes. */
  part(group: AxisGroup): void {
    this.#choose(this.#partsOf(group) ?? []);
  }

  canPart(group: AxisGroup): boolean {
    return this.#partsOf(group) !== undefined;
  }

  #partsOf({ tags }: AxisGroup): readonly (readonly string[])[] | undefined {
    const ends = new Map<string, number>();
    for (const run of this.#extents.lastSteps(this.#state.view.axis)) {
      for (const [tag, last] of run) ends.set(tag, Math.max(last, ends.get(tag) ?? last));
    }
    return partedGroup(tags, (tag) => ends.get(tag) ?? 0);
  }

  /** Gives a tag an axis of its own. */
  separate(tag: string): void {
    const rest = this.group(tag)?.tags.filter((one) => one !== tag) ?? [];
    this.#choose([[tag], rest]);
  }

  /** The parts of all axes that are shown now, as `View.steps`. */
  frozen(): ReadonlyMap<string, Range> {
    const { steps } = this.#state.view;
    const shown = new Map(steps);
    for (const { tags, extent } of this.groups) {
      if (extent !== undefined && tags.every((tag) => !steps.has(tag))) shown.set(tags[0]!, extent);
    }
    return shown;
  }

  #choose(sets: readonly (readonly string[])[]): void {
    const taken = new Set(sets.flat());
    const others = this.#state.view.axes.map((set) => set.filter((tag) => !taken.has(tag)));
    this.#state.change({ axes: [...others, ...sets].filter((set) => set.length > 0) });
  }

  #update(): void {
    const { axes, axis, filter, hiddenRuns } = this.#state.view;
    const now = [this.#store.version, axes, axis, filter, hiddenRuns];
    if (now.every((one, i) => one === this.#madeFrom[i])) return;
    this.#madeFrom = now;
    const tags = [...new Set(KINDS.flatMap((kind) => this.#store.tags(kind)))];
    const sets = axisGroups(tags, this.#extents.lastSteps(axis), axes);
    const visible = this.#store.runs.filter((run) => !hiddenRuns.has(run));
    const extentOf = this.#extents.extents(visible, axis);
    const { matches } = nameFilter(filter);
    this.#groups = sets.map((members) => {
      const shown = members.filter((tag) => extentOf(tag) !== undefined && matches(tag));
      const extent = shown.reduce((whole, tag) => union(whole, extentOf(tag)!), NOTHING);
      return { tags: members, shown, extent: extent[0] <= extent[1] ? extent : undefined };
    });
    this.#groupOf = new Map(this.#groups.flatMap((group) => group.tags.map((tag) => [tag, group] as const)));
  }
}

const NOTHING: Range = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

const union = (a: Range, b: Range): Range => [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
