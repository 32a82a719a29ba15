import { report } from '../../../src/adapter.ts';

/** How many live sources of one viewer have a tag of a run. */
const claims = new WeakMap<object, Map<string, number>>();

/**
 * Says that a live source shows tags in a viewer. Where another one shows the same there, that is reported: their points
 * would be those of one series.
 * @param viewer what both sources give their points to
 * @returns says that it shows them no more; twice is harmless
 */
export function claimTags(where: string, viewer: object, run: string, tags: Iterable<string>): () => void {
  const counts = claims.get(viewer) ?? new Map<string, number>();
  claims.set(viewer, counts);
  const names = [...tags];
  const keys = names.map((tag) => JSON.stringify([run, tag]));
  const shared = names.filter((_, i) => counts.has(keys[i]!));
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  if (shared.length > 0) {
    const others = shared.length === 1 ? '' : ` and ${shared.length - 1} other tags`;
    report(
      new Error(
        `layertap: ${where}: the tag ${JSON.stringify(shared[0])}${others} of the run ${JSON.stringify(run)} has another live ` +
          'source of this viewer: points of one would hide those of the other\n' +
          '  give one of them the option "prefix" or "run"',
      ),
    );
  }
  return () => {
    for (const key of keys.splice(0)) {
      const left = counts.get(key)! - 1;
      if (left === 0) counts.delete(key);
      else counts.set(key, left);
    }
  };
}
