/** A set with this key if it had it not, or without it. */
export function toggled(set: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const others = new Set(set);
  if (!others.delete(key)) others.add(key);
  return others;
}
