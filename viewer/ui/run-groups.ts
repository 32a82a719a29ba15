/** Runs whose names begin alike. */
export interface RunGroup {
  /** What they share, with its separator at the end; '' for runs that share nothing. */
  readonly prefix: string;
  /** Indices in the list of all runs. */
  readonly runs: readonly number[];
}

/** A line of the list of runs. */
export type RunRow =
  | { readonly kind: 'group'; readonly group: RunGroup }
  | { readonly kind: 'run'; readonly index: number; readonly prefix: string };

const SEPARATOR = /[/_=-](?=[^/_=-]*$)/;

/** The name up to its last separator that is not at the end. */
function prefixOf(run: string): string {
  const match = SEPARATOR.exec(run);
  return match === null ? '' : run.slice(0, match.index + 1);
}

/**
 * Groups runs by their names up to the last `/`, `_`, `-` or `=`, keeping their order. Runs that share that with no other come
 * first, together. A group of all runs is none.
 */
export function runGroups(runs: readonly string[]): readonly RunGroup[] {
  const byPrefix = new Map<string, number[]>();
  for (const [index, run] of runs.entries()) {
    const prefix = prefixOf(run);
    const group = byPrefix.get(prefix);
    if (group === undefined) byPrefix.set(prefix, [index]);
    else group.push(index);
  }
  const alone: number[] = [];
  const groups: RunGroup[] = [];
  for (const [prefix, members] of byPrefix) {
    if (prefix === '' || members.length === 1 || members.length === runs.length) alone.push(...members);
    else groups.push({ prefix, runs: members });
  }
  return alone.length === 0 ? groups : [{ prefix: '', runs: alone.sort((a, b) => a - b) }, ...groups];
}

/** The lines of the list: the runs that pass the filter, below the headings of their groups. */
export function runRows(
  runs: readonly string[],
  matches: (run: string) => boolean,
  folded: ReadonlySet<string>,
): RunRow[] {
  return runGroups(runs).flatMap(({ prefix, runs: members }): RunRow[] => {
    const group = { prefix, runs: members.filter((index) => matches(runs[index]!)) };
    const rows = group.runs.map((index): RunRow => ({ kind: 'run', index, prefix }));
    if (prefix === '' || rows.length === 0) return rows;
    return [{ kind: 'group', group }, ...(folded.has(prefix) ? [] : rows)];
  });
}
