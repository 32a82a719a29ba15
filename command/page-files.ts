import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { pageHtml } from './html.ts';
import type { Asset } from './server/handle.ts';

const SCRIPT = 'text/javascript; charset=utf-8';

/** A file of the page, which is built beside this program. */
export const pageFile = (name: string): Promise<Buffer> =>
  readFile(fileURLToPath(new URL(`./page/${name}`, import.meta.url)));

/** Everything that the server has but the logs. @param name of the log directory */
export async function pageFiles(name: string): Promise<ReadonlyMap<string, Asset>> {
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', bytes: Buffer.from(pageHtml(name)) }],
    ['/viewer.js', { type: SCRIPT, bytes: await pageFile('viewer.js') }],
    ['/licences.txt', { type: 'text/plain; charset=utf-8', bytes: await pageFile('licences.txt') }],
  ]);
}
