/** Tags under one heading. */
export interface TagGroup {
  /** The part of the tags before their first slash; '' for tags without a group. */
  readonly name: string;
  readonly tags: readonly string[];
}

/**
 * Groups tags by the part before their first slash, keeping their order. Tags without a slash, or with a prefix that no other
 * has, come first, together.
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
