// Runs one section in Chromium: bundles worker.mjs, serves it to a cross-origin isolated page (for the finer clock, and for
// threads), and passes on the worker's messages. Each section gets its own browser.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { launchChromium } from '../../test/browser/chromium.mjs';
import { copyDist } from '../dist-copies.mjs';
import { buildPeak } from '../peak/build.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const packages = join(root, 'bench/node_modules');

/** Served folders, by the first part of the path. */
const FOLDERS = {
  wasm: join(root, 'build'),
  tfjs: join(packages, '@tensorflow/tfjs-backend-wasm/dist'),
  onnxruntime: join(packages, 'onnxruntime-web/dist'),
};
/** Copies of dist/, which worker.mjs imports as layertap-NAME. */
const COPIES = ['relaxed-1', 'relaxed-2', 'simd-1', 'simd-2', 'javascript-1'];
const TYPES = { '.wasm': 'application/wasm', '.mjs': 'text/javascript' };

const PAGE = `<!doctype html><title>layertap bench</title><script type="module">
const worker = new Worker('/worker.js', { type: 'module' });
worker.onmessage = ({ data }) => report(data);
worker.onerror = ({ message }) => report({ error: message });
globalThis.start = (job) => worker.postMessage(job);
</script>`;

async function bundle() {
  buildPeak();
  const copies = COPIES.map((copy) => [`layertap-${copy}`, join(copyDist(copy), 'index.js')]);
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('worker.mjs', import.meta.url))],
    // The WebAssembly part of onnxruntime-web; the default entry adds a build for GPUs.
    alias: { ...Object.fromEntries(copies), 'onnxruntime-web': 'onnxruntime-web/wasm' },
    absWorkingDir: join(root, 'bench'),
    bundle: true,
    format: 'esm',
    platform: 'browser',
    // Libraries import these outside browsers only.
    external: ['bun:jsc', 'node:*', 'module', 'fs', 'path', 'os', 'worker_threads', 'perf_hooks'],
    target: 'es2022',
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0].text;
}

function serve(worker) {
  const server = createServer(({ url }, response) => {
    response.setHeader('cross-origin-opener-policy', 'same-origin');
    response.setHeader('cross-origin-embedder-policy', 'require-corp');
    const [, folder, ...rest] = normalize(new URL(url, 'http://localhost').pathname).split('/');
    try {
      if (url === '/') response.setHeader('content-type', 'text/html').end(PAGE);
      else if (url === '/worker.js') response.setHeader('content-type', 'text/javascript').end(worker);
      else {
        const bytes = readFileSync(join(FOLDERS[folder], ...rest));
        response.setHeader('content-type', TYPES[extname(url)] ?? 'application/octet-stream').end(bytes);
      }
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

/**
 * @param job `{ section, sizes, settings }`
 * @param onMessage gets `{ engine }`, `{ versions }`, and a `{ row }` for each row, as they come
 */
export async function runInChromium(job, onMessage) {
  const server = await serve(await bundle());
  const browser = await launchChromium();
  onMessage({ engine: `Chromium ${browser.version()}` });
  try {
    const page = await browser.newPage();
    await new Promise((resolve, reject) => {
      page.on('pageerror', reject).on('crash', () => reject(new Error('the page crashed')));
      const report = (message) => {
        if (message.error !== undefined) reject(new Error(message.error));
        else if (message.done) resolve();
        else onMessage(message);
      };
      page
        .exposeFunction('report', report)
        .then(() => page.goto(`http://127.0.0.1:${server.address().port}/`))
        .then(() => page.evaluate((sent) => globalThis.start(sent), job))
        .catch(reject);
    });
  } finally {
    await browser.close();
    server.close();
  }
}
