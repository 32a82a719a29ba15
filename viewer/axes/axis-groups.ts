/** The last step of each tag of one run, in the order in which the tags were logged. */
export type LastSteps = ReadonlyMap<string, number>;

/** Tags whose last steps lie within this factor count in the same unit. */
const FACTOR = 4;

/**
 * Which tags share an axis of steps: at first, those of a run whose last steps lie within a factor of four. Keras logs some
 * tags at epochs and others at iterations; on one axis, ten epochs would share a pixel of 15,000 iterations.
 *
 * The longest run decides, since a run that has just begun, or that crashed, has no scale yet. Each shorter run places the
 * tags that no longer run has, beside those of its own tags whose last steps are nearest. A set without such tags
 * joins a group that ends within the factor of it and has no other tag of the run, which the run would have told apart: the
 * iterations of a validation run are those of the training run. A tag that ends at step 0 has no scale: it joins the shortest
 * group of its run, or of all if its run has no other.
 *
 * @param tags of all runs, in the order of the groups and of the tags in each
 * @param runs from the longest to the shortest. Not read further once every tag has a place.
 * @param chosen groups of the user. Their tags stay there; tags that come later may join them.
 */
export function axisGroups(
  tags: readonly string[],
  runs: Iterable<LastSteps>,
  chosen: readonly (readonly string[])[],
): readonly (readonly string[])[] {
  /** The group of a tag, as a number. */
  const places = new Map<string, number>();
  for (const [group, members] of chosen.entries()) {
    for (const tag of members) if (!places.has(tag)) places.set(tag, group);
  }
  let groups = chosen.length;
  /** The last steps of the groups. */
  const ends = new Map<number, number>();
  let missing = tags.filter((tag) => !places.has(tag)).length;
  if (missing > 0) {
    for (const run of runs) {
      const sets = withinFactor(run);
      const own = new Set([...run.keys()].map((tag) => places.get(tag)));
      for (const set of sets) {
        const placed = set.filter(({ tag }) => places.has(tag));
        const joined = placed.length > 0 ? undefined : (joinable(ends, set[0]!.last, own) ?? groups++);
        own.add(joined);
        for (const { tag, last } of set) {
          if (!places.has(tag)) {
            places.set(tag, joined ?? nearest(placed, last, places));
            missing--;
          }
          const group = places.get(tag)!;
          ends.set(group, Math.max(last, ends.get(group) ?? last));
        }
      }
      if (missing === 0) break;
    }
  }
  const members = new Map<number, string[]>();
  for (const tag of tags) {
    const group = places.get(tag) ?? groups++;
    const already = members.get(group);
    if (already === undefined) members.set(group, [tag]);
    else already.push(tag);
  }
  return [...members.values()];
}

interface TagEnd {
  readonly tag: string;
  readonly last: number;
}

/** The tags of a run in sets whose last steps lie within the factor, from the largest to the smallest steps. */
function withinFactor(run: LastSteps): TagEnd[][] {
  const ends = Array.from(run, ([tag, last]) => ({ tag, last })).sort((a, b) => b.last - a.last);
  const sets: TagEnd[][] = [];
  let largest = Number.POSITIVE_INFINITY;
  for (const end of ends) {
    if (sets.length > 0 && (end.last <= 0 || end.last * FACTOR >= largest)) {
      sets.at(-1)!.push(end);
    } else {
      largest = end.last;
      sets.push([end]);
    }
  }
  return sets;
}

/** A group that ends within the factor of a step, and is none of the run's own; of a step without a scale, the shortest. */
function joinable(ends: ReadonlyMap<number, number>, last: number, own: ReadonlySet<number | undefined>) {
  if (last <= 0) return [...ends].sort(([, a], [, b]) => a - b)[0]?.[0];
  const within = ([group, end]: readonly [number, number]) =>
    !own.has(group) && end <= last * FACTOR && last <= end * FACTOR;
  return [...ends].find(within)?.[0];
}

/** The group of the placed tags that end nearest to a step; if these are in several groups, the one with most of them. */
function nearest(placed: readonly TagEnd[], last: number, places: ReadonlyMap<string, number>): number {
  let least = Number.POSITIVE_INFINITY;
  let votes = new Map<number, number>();
  for (const { tag, last: other } of placed) {
    const apart = Math.abs(other - last);
    if (apart > least) continue;
    if (apart < least) [least, votes] = [apart, new Map()];
    const group = places.get(tag)!;
    votes.set(group, (votes.get(group) ?? 0) + 1);
  }
  return [...votes].reduce((most, one) => (one[1] > most[1] ? one : most))[0];
}

/**
 * Parts a group where the last steps of its tags differ by the largest factor.
 * @param lastStep of a tag, in its longest run
 * @returns undefined if all tags end at the same step
 */
export function partedGroup(
  group: readonly string[],
  lastStep: (tag: string) => number,
): readonly [readonly string[], readonly string[]] | undefined {
  // Ends before step 1 count as 1: a factor needs positive numbers.
  const ends = group.map((tag) => ({ tag, last: Math.max(1, lastStep(tag)) })).sort((a, b) => b.last - a.last);
  let widest = 1;
  let border = Number.NaN;
  for (let i = 1; i < ends.length; i++) {
    const factor = ends[i - 1]!.last / ends[i]!.last;
    if (factor > widest) [widest, border] = [factor, ends[i]!.last];
  }
  if (Number.isNaN(border)) return undefined;
  const isShort = (tag: string) => Math.max(1, lastStep(tag)) <= border;
  return [group.filter((tag) => !isShort(tag)), group.filter(isShort)];
}
