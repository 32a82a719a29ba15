/** The names that need the fewest changes to become the wanted one, for an error message. */
export function nearest(wanted: string, names: readonly string[]): string[] {
  return names
    .map((name) => ({ name, changes: distance(wanted, name) }))
    .sort((a, b) => a.changes - b.changes)
    .slice(0, 5)
    .map(({ name }) => name);
}

/** How many characters to insert, delete or replace: Levenshtein, 1966, row by row. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
