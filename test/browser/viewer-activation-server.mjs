// Serves the page of activation cards on localhost.
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** As strict as a page can be that runs layertap. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src data: blob:";

export async function serveActivations() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('viewer-activation-page.ts', import.meta.url))],
    bundle: true,
    splitting: true,
    outdir: '/',
    loader: { '.css': 'text' },
    format: 'esm',
    write: false,
  });
  const files = new Map(outputFiles.map(({ path, text }) => [path, text]));
  const page =
    '<!doctype html><html lang="en"><title>activations</title><link rel="icon" href="data:,">' +
    '<script type="module" src="/viewer-activation-page.js"></script><body></body></html>';
  const server = createServer(({ url }, response) => {
    const script = files.get(url);
    response.setHeader('content-security-policy', POLICY);
    response.setHeader('content-type', script === undefined ? 'text/html; charset=utf-8' : 'text/javascript');
    response.end(script ?? page);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}
