// Serves the pages of activation cards on localhost.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** As strict as a page can be that runs layertap. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src data: blob:";

/** Packages that pages of models load as they are. */
export const PACKAGES = {
  '@huggingface/transformers': '/node_modules/@huggingface/transformers/dist/transformers.web.js',
  '@tensorflow/tfjs': '/node_modules/@tensorflow/tfjs/dist/tf.fesm.min.js',
  'onnxruntime-common': '/node_modules/onnxruntime-common/dist/esm/index.js',
  'onnxruntime-web/webgpu': '/node_modules/onnxruntime-web/dist/ort.webgpu.bundle.min.mjs',
};
const SERVED = /^\/(node_modules|test\/fixtures\/transformers)\//;
const TYPES = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

const page = (script, head = '') =>
  `<!doctype html><html lang="en"><title>activations</title><link rel="icon" href="data:,">${head}` +
  `<script type="module" src="/${script}.js"></script><body></body></html>`;
const PAGES = {
  '/': page('viewer-activation-page'),
  '/models': page(
    'viewer-activation-models-page',
    `<script type="importmap">${JSON.stringify({ imports: PACKAGES })}</script>`,
  ),
};

export async function serveActivations() {
  const { outputFiles } = await build({
    entryPoints: [here('viewer-activation-page.ts'), here('viewer-activation-models-page.mjs')],
    bundle: true,
    splitting: true,
    outdir: '/',
    loader: { '.css': 'text' },
    external: Object.keys(PACKAGES),
    format: 'esm',
    write: false,
  });
  const files = new Map(outputFiles.map(({ path, text }) => [path, text]));
  const server = createServer(async ({ url }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const script = files.get(pathname);
    // The frameworks of the models need more.
    if (pathname === '/') response.setHeader('content-security-policy', POLICY);
    const type = script === undefined && PAGES[pathname] !== undefined ? 'text/html; charset=utf-8' : undefined;
    try {
      const body =
        script ?? PAGES[pathname] ?? (SERVED.test(pathname) ? await readFile(join(root, pathname)) : undefined);
      if (body === undefined) throw new Error('not served');
      response.setHeader('content-type', type ?? TYPES[extname(pathname)] ?? 'application/octet-stream');
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}
