// The built site in Chromium, from a subfolder, for the checks beside this file.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchChromium } from '../test/browser/chromium.mjs';

const folder = fileURLToPath(new URL('../build/site', import.meta.url));
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** Any subfolder: pages must not ask for files above it. */
const BASE = '/docs/';

/**
 * @returns the address of the site; a page; the addresses that the page has asked for, `requests`; `check(name, act)`, a test
 *   that fails on an error of the console and on a request that fails or goes elsewhere; and `finish()`, which ends all and
 *   prints "site: N passed, N failed"
 */
export async function openBuiltSite() {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const path = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
    try {
      if (!path.startsWith(BASE)) throw new Error('above the folder');
      const bytes = await readFile(join(folder, path.slice(BASE.length)));
      response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream');
      response.end(bytes);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${server.address().port}${BASE}`;
  const browser = await launchChromium();
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });

  const faults = [];
  const requests = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => {
    const url = request.url();
    requests.push(url);
    if (!url.startsWith(address) && !/^(data|blob):/.test(url)) faults.push(`a request to ${url}`);
  });
  page.on('response', (response) => !response.ok() && faults.push(`${response.status()} for ${response.url()}`));

  let [passed, failed] = [0, 0];
  async function check(name, act) {
    try {
      await act();
      assert.deepEqual(faults.splice(0), []);
      passed++;
    } catch (error) {
      failed++;
      faults.length = 0;
      console.error(`${name}\n${error.stack}\n`);
    }
  }

  async function finish() {
    await browser.close();
    server.closeAllConnections();
    server.close();
    console.log(`site: ${passed} passed, ${failed} failed`);
    process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
  }

  return { address, page, requests, check, finish };
}
