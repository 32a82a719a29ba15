// The built site from a subfolder, as any static server sends it, and what its pages must not do.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const folder = fileURLToPath(new URL('../../build/site', import.meta.url));
/** Any subfolder: pages must not ask for files above it. */
const BASE = '/docs/';
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

const fileOf = (pathname) =>
  join(folder, (pathname.endsWith('/') ? `${pathname}index.html` : pathname).slice(BASE.length));

export async function serveSite() {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    try {
      if (!pathname.startsWith(BASE)) throw new Error('above the folder');
      const bytes = await readFile(fileOf(pathname));
      response.setHeader('content-type', TYPES[extname(fileOf(pathname))] ?? 'application/octet-stream');
      response.end(bytes);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}${BASE}`,
    /** The bytes that a server which compresses sends for an address. */
    gzipped: async (url) => gzipSync(await readFile(fileOf(new URL(url).pathname))).length,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Collects what a page must not do: errors of the console, requests that fail or go elsewhere. */
export function collectFaults(page, address, faults) {
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(error.message));
  // A request that the policy refuses leaves the browser as little as one that is not made.
  const outside = (request) => !request.url().startsWith(address) && !/^(data|blob|about):/.test(request.url());
  page.on('requestfailed', (request) => {
    const { errorText } = request.failure();
    if (outside(request) && errorText !== 'csp') faults.push(`a request to ${request.url()}: ${errorText}`);
  });
  page.on('requestfinished', (request) => outside(request) && faults.push(`a request to ${request.url()}`));
  page.on('response', (response) => !response.ok() && faults.push(`${response.status()} for ${response.url()}`));
}
