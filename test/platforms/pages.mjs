// A folder as a website, in a browser: the page posts its result.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { text } from 'node:stream/consumers';
import { ENGINES } from '../../bench/browser/engines.mjs';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** Milliseconds that a page may take. */
const LONGEST = 60_000;

/**
 * Opens a page of a folder and waits for its result.
 * @param headers of every response
 * @returns the browser's version, and what the page posted
 * @throws the page's error
 */
export async function openPage(folder, { engine = 'chromium', path = '/index.html', headers = {} } = {}) {
  const { url, posted, close } = await serve(folder, headers);
  try {
    return await visit(`${url}${path}`, engine, posted);
  } finally {
    close();
  }
}

/** @returns the address of a folder's website; `posted`, the first result that is posted there */
export async function serve(folder, headers = {}) {
  let settle;
  const posted = new Promise((resolve) => {
    settle = resolve;
  });
  const server = createServer(async (request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (request.method === 'POST') {
      settle(JSON.parse(await text(request)));
      response.end();
      return;
    }
    const { pathname } = new URL(request.url, 'http://localhost');
    try {
      const bytes = await readFile(join(folder, normalize(pathname)));
      response.setHeader('content-type', TYPES[extname(pathname)] ?? 'application/octet-stream');
      response.end(bytes);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, posted, close };
}

/** Opens an address in a browser. @param posted the page's result, which may go to another address */
export async function visit(url, engine, posted) {
  const { version, close } = await ENGINES[engine].open(url, {});
  let late;
  try {
    const silence = new Promise((_, reject) => {
      late = setTimeout(() => reject(new Error(`${engine}: the page posted nothing in ${LONGEST} ms`)), LONGEST);
    });
    const { error, ...result } = await Promise.race([posted, silence]);
    if (error !== undefined) throw new Error(`${engine}: ${error}`);
    return { version: version.replace(/^\D+/, ''), result };
  } finally {
    clearTimeout(late);
    await close();
  }
}
