// Serves the page of cards on localhost, for tests and benchmarks.
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const logs = fileURLToPath(new URL('../fixtures/viewer/logs', import.meta.url));

/** The paths of event files that PyTorch wrote. */
export const logFiles = () =>
  readdirSync(logs, { recursive: true })
    .filter((path) => path.includes('tfevents'))
    .map((path) => path.replaceAll('\\', '/'));

export async function serveCards() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('viewer-cards-page.ts', import.meta.url))],
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
  });
  const names = logFiles();
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url.slice(1));
    if (path === 'page.js') {
      response.setHeader('content-type', 'text/javascript');
      response.end(outputFiles[0].text);
    } else if (names.includes(path)) {
      response.end(readFileSync(join(logs, path)));
    } else if (path === '') {
      const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src data:";
      response.setHeader('content-type', 'text/html');
      response.setHeader('content-security-policy', policy);
      response.end(
        '<!doctype html><title>cards</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>',
      );
    } else {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}
