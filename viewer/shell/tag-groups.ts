/** Tags under one head. */
export interface TagGroup {
  /** What their names begin with, before the first slash; '' for those that stand alone. */
  readonly name: string;
  readonly tags: readonly string[];
}

/**
 * Groups tags by the part before their first slash, groups and tags in the order in which they came. A prefix that only
 * one tag has makes no group: such tags, and those without a slash, come first, together.
 */
export function tagGroups(tags: Iterable<string>): readonly TagGroup[] {
  const byPrefix = new Map<string, string[]>();
  for (const tag of tags) {
    const slash = tag.indexOf('/');
    const prefix = slash > 0 ? tag.slice(0, slash) : '';
    const group = byPrefix.get(prefix);
    if (group === undefined) byPrefix.set(prefix, [tag]);
    else group.push(tag);
  }
  const alone: string[] = [];
  const groups: TagGroup[] = [];
  for (const [name, members] of byPrefix) {
    if (name === '' || members.length === 1) alone.push(...members);
    else groups.push({ name, tags: members });
  }
  return alone.length === 0 ? groups : [{ name: '', tags: alone }, ...groups];
}
