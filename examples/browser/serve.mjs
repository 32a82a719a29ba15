// Serves the example, to this machine only.
//
//   npm run browser [port]
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The only folders that are served. */
const SERVED = [
  '/examples/browser/',
  '/examples/digits/data/',
  '/dist/',
  '/node_modules/rxjs/dist/esm/',
  '/node_modules/tslib/',
  '/node_modules/@tensorflow/tfjs/dist/',
];

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
};

/** The file of a path, or undefined if it is not served. The URL has resolved every `..`, and nothing is decoded. */
async function find(pathname) {
  if (!SERVED.some((folder) => pathname.startsWith(folder))) return undefined;
  // RxJS's modules import each other without an extension.
  for (const name of [pathname, `${pathname}.js`, `${pathname}/index.js`, `${pathname}index.html`]) {
    try {
      return { name, body: await readFile(join(root, name)) };
    } catch {}
  }
  return undefined;
}

const server = createServer(async (request, response) => {
  try {
    const { hostname, pathname } = new URL(request.url, `http://${request.headers.host}`);
    // Another host name may belong to an attacker's DNS.
    const known = ['localhost', '127.0.0.1'].includes(hostname);
    if (pathname === '/') {
      response.writeHead(302, { location: '/examples/browser/' }).end();
      return;
    }
    const file = known && request.method === 'GET' ? await find(pathname) : undefined;
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    const type = TYPES[extname(file.name)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' }).end(file.body);
  } catch {
    response.writeHead(400).end();
  }
});

const port = Number(process.argv[2] ?? 8080);
server.on('error', (error) => {
  if (error.code !== 'EADDRINUSE') throw error;
  console.error(`port ${port} is taken; another one: npm run browser ${port + 1}`);
  process.exitCode = 1;
});
server.listen(port, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/   (Ctrl+C ends it)`);
});
