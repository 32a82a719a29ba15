/**
 * Rows as RFC 4180 wants them. A text that a spreadsheet would take for a formula is kept a text by an apostrophe
 * before it (OWASP, "CSV Injection"): tags come from files that others may have written. Numbers are as they are.
 */
export function toCsv(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

function field(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
