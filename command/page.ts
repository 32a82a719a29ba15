/** @file The HTML of the server's page and of reports, and the files beside it. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Asset } from './server/requests.ts';

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='%230170ae'%3E%3Cpath d='M1 5q4 0 7-4 3 4 7 4zM1 10q4 0 7-4 3 4 7 4zM1 15q4 0 7-4 3 4 7 4z'/%3E%3C/svg%3E";

/** @param name of the log directory */
const pageHtml = (name: string, scripts: string, policy = ''): string => `<!doctype html>
<html lang="en">
${policy}<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="${ICON}">
<title>${escapeHtml(name)} · layertap</title>
<body>
<noscript>The viewer needs JavaScript.</noscript>
<div id="viewer" data-name="${escapeHtml(name)}"></div>
${scripts}
`;

/**
 * A page that contains its data. Its policy allows this one script and no requests.
 * @param data in base64
 * @throws Error if the script contains the end of its element
 */
export function reportHtml(name: string, script: string, data: string): string {
  if (/<\/script|<!--/i.test(script)) throw new Error('the script of a report must not contain </script or <!--');
  const hash = createHash('sha256').update(script).digest('base64');
  const policy = `default-src 'none'; script-src 'sha256-${hash}'; img-src blob: data:; base-uri 'none'; form-action 'none'`;
  return pageHtml(
    name,
    `<script type="text/plain" id="data">${data}</script>\n<script type="module">${script}</script>`,
    `<meta http-equiv="content-security-policy" content="${policy}">\n`,
  );
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => ESCAPES[character]!);

/** The files of the page, which are built beside this program. */
const FOLDER = new URL('./page/', import.meta.url);

export const pageFile = (name: string): Promise<Buffer> => readFile(fileURLToPath(new URL(name, FOLDER)));

/** What the server serves besides the logs, by path. @param name of the log directory */
export async function pageFiles(name: string): Promise<ReadonlyMap<string, Asset>> {
  const text = (kind: string, bytes: Buffer): Asset => ({ type: `text/${kind}; charset=utf-8`, bytes });
  const scripts = (await readdir(FOLDER)).filter((file) => file.endsWith('.js') && !file.startsWith('report'));
  const files = new Map([
    ['/', text('html', Buffer.from(pageHtml(name, '<script type="module" src="viewer.js"></script>')))],
    ['/licences.txt', text('plain', await pageFile('licences.txt'))],
  ]);
  for (const script of scripts) files.set(`/${script}`, text('javascript', await pageFile(script)));
  return files;
}
