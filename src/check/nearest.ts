/** @file The names that a wrong one may have meant, for error messages. */

const OFFERED = 5;
/** More of a name is not compared: the time goes with the product of the lengths. */
const LONGEST = 100;

/**
 * The names that need the fewest changes to become the wanted one. The last names of a path count too: `encoder.fc1` is near `fc1`.
 */
export function nearest(wanted: string, names: readonly string[]): string[] {
  const start = wanted.slice(0, LONGEST);
  const parts = start.split('.').length;
  return names
    .map((name) => {
      const whole = distance(start, name.slice(0, LONGEST));
      const end = name.split('.').slice(-parts).join('.').slice(0, LONGEST);
      const ofEnd = distance(start, end);
      const isNear = ofEnd < Math.max(start.length, end.length);
      return { name, whole, changes: isNear ? Math.min(whole, ofEnd + 1) : whole };
    })
    .sort((a, b) => a.changes - b.changes || a.whole - b.whole)
    .slice(0, OFFERED)
    .map(({ name }) => name);
}

/** The last line of a message, with the nearest names; empty if there are no names. */
export function nearestLine(wanted: string, names: readonly string[]): string {
  return names.length === 0 ? '' : `\n  nearest: ${nearest(wanted, names).join(', ')}`;
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
