import type { Card } from '../cards/card.ts';
import { toCsv } from './csv.ts';
import { fileName } from './file-name.ts';
import { toJson } from './json.ts';
import { toPng } from './png.ts';

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
