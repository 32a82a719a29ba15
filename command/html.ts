import { createHash } from 'node:crypto';

/** Three ridges. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='%230170ae'%3E%3Cpath d='M1 5q4 0 7-4 3 4 7 4zM1 10q4 0 7-4 3 4 7 4zM1 15q4 0 7-4 3 4 7 4z'/%3E%3C/svg%3E";

const head = (name: string): string => `<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="${ICON}">
<title>${escapeHtml(name)} · layertap</title>`;

/** Where the viewer comes to stand, under the name of the log directory. */
const place = (name: string): string => `<noscript>The viewer needs JavaScript.</noscript>
<div id="viewer" data-name="${escapeHtml(name)}"></div>`;

/** The page that the server gives: what is on it is made by its script. */
export const pageHtml = (name: string): string => `<!doctype html>
<html lang="en">
${head(name)}
<body>
${place(name)}
<script type="module" src="viewer.js"></script>
`;

/**
 * The page that holds everything itself. Its policy lets it run this one script, and ask nobody for anything.
 * @param data in base64
 * @throws Error where the script could end the element that it stands in
 */
export function reportHtml(name: string, script: string, data: string): string {
  if (/<\/script|<!--/i.test(script)) throw new Error('the script of a report must not hold the end of an element');
  const hash = createHash('sha256').update(script).digest('base64');
  const policy = `default-src 'none'; script-src 'sha256-${hash}'; img-src blob: data:; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<meta http-equiv="content-security-policy" content="${policy}">
${head(name)}
<body>
${place(name)}
<script type="text/plain" id="data">${data}</script>
<script type="module">${script}</script>
`;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => ESCAPES[character]!);
