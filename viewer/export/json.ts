/**
 * Rows as a list of objects, named as the first row says. JSON has no NaN and no infinities: they are the strings
 * `"NaN"`, `"Infinity"` and `"-Infinity"`.
 */
export function toJson([heading = [], ...rows]: readonly (readonly (string | number)[])[]): string {
  const named = rows.map((row) =>
    // Not an object literal: a column may be called __proto__.
    Object.fromEntries(heading.map((name, i) => [name, plain(row[i] ?? '')])),
  );
  return `[\n${named.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`;
}

function plain(value: string | number): string | number {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
