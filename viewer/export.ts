import type { Card } from './cards/card.ts';

export type ExportFormat = 'png' | 'svg' | 'csv' | 'json';

const TYPES: Readonly<Record<ExportFormat, string>> = {
  png: 'image/png',
  svg: 'image/svg+xml',
  csv: 'text/csv',
  json: 'application/json',
};

/** The card as a file. */
async function exportCard(format: ExportFormat, card: Card): Promise<Blob> {
  if (format === 'png') return toPng(card.toSvg());
  const text = format === 'svg' ? card.toSvg() : format === 'csv' ? toCsv(card.toRows()) : toJson(card.toRows());
  return new Blob([text], { type: TYPES[format] });
}

/** Gives the card to the user as a download that is named after it. */
export async function save(format: ExportFormat, title: string, card: Card): Promise<void> {
  const url = URL.createObjectURL(await exportCard(format, card));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${fileName(title)}.${format}`;
  link.click();
  // The download has taken hold of it by then.
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

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

/** Pixels for each CSS pixel: sharp on paper and on fine screens. */
const SCALE = 2;

/**
 * Draws an SVG as a PNG. The page's policy must let it show images from `blob:`.
 * @throws Error where the picture has no size, or is too large for the browser
 */
export async function toPng(svg: string): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth * SCALE;
    canvas.height = image.naturalHeight * SCALE;
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob === null ? reject(new Error('The picture is too large.')) : resolve(blob))),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** A name that all file systems take. */
const LONGEST = 100;

/**
 * A file name, without its ending, for a tag: what is no letter, digit, point, hyphen or underscore becomes one
 * underscore. Never hidden, never a device of Windows, never empty.
 */
export function fileName(tag: string): string {
  const safe = tag
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '_')
    .replace(/\.{2,}/g, '.')
    .slice(0, LONGEST)
    // Half of a letter beyond the 16-bit range, where the cut went through one.
    .replace(/[\ud800-\udbff]$/, '')
    .replace(/^[._-]+|[._-]+$/g, '');
  return /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(safe) || safe === '' ? `card_${safe}` : safe;
}
