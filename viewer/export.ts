import type { Card } from './cards/card.ts';
import { element } from './element.ts';

export type ExportFormat = 'png' | 'svg' | 'csv' | 'json';

const TYPES = { svg: 'image/svg+xml', csv: 'text/csv', json: 'application/json' } as const;

/** Downloads a card, as a file named after its title. */
export async function save(format: ExportFormat, title: string, card: Card): Promise<void> {
  const table = format === 'csv' ? toCsv : format === 'json' ? toJson : undefined;
  const text = table === undefined ? await card.toSvg() : table(await card.toRows());
  const blob = format === 'png' ? await toPng(text) : new Blob([text], { type: TYPES[format] });
  download(`${fileName(title)}.${format}`, blob);
}

/** Downloads a table, as a file named after its title. */
export const saveCsv = (title: string, rows: readonly (readonly (string | number)[])[]): void =>
  download(`${fileName(title)}.csv`, new Blob([toCsv(rows)], { type: TYPES.csv }));

function download(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  element('a', { href: url, download: name }).click();
  // Later, because the download still needs the URL.
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/**
 * CSV after RFC 4180. Texts that a spreadsheet would run as a formula get an apostrophe in front (OWASP, "CSV
 * Injection"), because tags come from files that others may have written.
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
 * A list of objects with the heading's names. NaN and infinities, which JSON lacks, are the strings `"NaN"`,
 * `"Infinity"` and `"-Infinity"`.
 */
export function toJson([heading = [], ...rows]: readonly (readonly (string | number)[])[]): string {
  const named = rows.map((row) =>
    // fromEntries(), because a column may be called __proto__.
    Object.fromEntries(heading.map((name, i) => [name, plain(row[i] ?? '')])),
  );
  return `[\n${named.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`;
}

function plain(value: string | number): string | number {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

/** Image pixels per CSS pixel, for paper and fine screens. */
const SCALE = 2;

/**
 * Renders an SVG as a PNG. The content security policy must allow images from `blob:`.
 * @throws Error if the picture has no size, or is too large for the browser
 */
export async function toPng(svg: string): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = element('canvas', { width: image.naturalWidth * SCALE, height: image.naturalHeight * SCALE });
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob === null ? reject(new Error('The picture is too large.')) : resolve(blob))),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Every file system takes names of this length. */
const LONGEST = 100;

/**
 * A file name without extension for a tag. Characters other than letters, digits, dots, hyphens and underscores become
 * an underscore. Never hidden, never a Windows device, never empty.
 */
export function fileName(tag: string): string {
  const safe = tag
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '_')
    .replace(/\.{2,}/g, '.')
    .slice(0, LONGEST)
    // A surrogate pair that was cut in half.
    .replace(/[\ud800-\udbff]$/, '')
    .replace(/^[._-]+|[._-]+$/g, '');
  return /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(safe) || safe === '' ? `card_${safe}` : safe;
}
