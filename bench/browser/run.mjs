// Runs one section in a browser: bundles worker.mjs and serves it to a cross-origin isolated page (for the finer clock, and
// for threads), which posts the worker's messages back. Each section gets its own browser.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { copyDist } from '../dist-copies.mjs';
import { buildPeak } from '../peak/build.mjs';
import { ENGINES } from './engines.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const packages = join(root, 'bench/node_modules');

/** Served folders, by the first part of the path. */
const FOLDERS = {
  wasm: join(root, 'build'),
  tfjs: join(packages, '@tensorflow/tfjs-backend-wasm/dist'),
  onnxruntime: join(packages, 'onnxruntime-web/dist'),
  litert: join(packages, '@litertjs/core/wasm'),
};
/** Copies of dist/, which worker.mjs imports as layertap-NAME. */
const COPIES = ['relaxed-1', 'relaxed-2', 'simd-1', 'simd-2', 'javascript-1'];
const TYPES = { '.wasm': 'application/wasm', '.mjs': 'text/javascript', '.js': 'text/javascript' };

/** A page that sends nothing for this long has crashed. */
const SILENCE = 180_000;

const PAGE = `<!doctype html><title>layertap bench</title><script type="module">
let last = Promise.resolve();
const report = (message) => {
  last = last.then(() => fetch('/messages', { method: 'POST', body: JSON.stringify(message) }));
};
const worker = new Worker('/worker.js', { type: 'module' });
worker.onmessage = ({ data }) => report(data);
worker.onerror = ({ message }) => report({ error: message });
worker.postMessage(await (await fetch('/job')).json());
</script>`;

/**
 * @param entry a module
 * @param alias copies of layertap, by the name that the module imports
 * @returns its bundle for browsers
 */
export async function bundle(entry, { alias = {}, minify = false } = {}) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    // The WebAssembly part of onnxruntime-web; the default entry adds a build for GPUs.
    alias: { ...alias, 'onnxruntime-web': 'onnxruntime-web/wasm' },
    absWorkingDir: join(root, 'bench'),
    bundle: true,
    minify,
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

function sectionWorker() {
  buildPeak();
  const alias = Object.fromEntries(COPIES.map((copy) => [`layertap-${copy}`, join(copyDist(copy), 'index.js')]));
  return bundle(fileURLToPath(new URL('worker.mjs', import.meta.url)), { alias });
}

/**
 * @param scripts by path; `/worker.js` is the page's worker
 * @param job the worker gets it as a message
 * @param onMessage gets each message of the worker
 */
function serve(scripts, job, onMessage) {
  const server = createServer(async (request, response) => {
    response.setHeader('cross-origin-opener-policy', 'same-origin');
    response.setHeader('cross-origin-embedder-policy', 'require-corp');
    const { pathname } = new URL(request.url, 'http://localhost');
    const [, folder, ...rest] = normalize(pathname).split('/');
    try {
      if (pathname === '/') response.setHeader('content-type', 'text/html').end(PAGE);
      else if (pathname in scripts) response.setHeader('content-type', TYPES['.js']).end(scripts[pathname]);
      else if (pathname === '/job') response.end(JSON.stringify(job));
      else if (pathname === '/messages') {
        const message = JSON.parse(Buffer.concat(await request.toArray()).toString());
        response.end();
        onMessage(message);
      } else {
        const bytes = readFileSync(join(FOLDERS[folder], ...rest));
        response.setHeader('content-type', TYPES[extname(pathname)] ?? 'application/octet-stream').end(bytes);
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
 * @param engine a name in ENGINES
 * @param job `{ section, sizes, settings, versions, fuse }`
 * @param onMessage gets `{ engine }`, `{ versions, absent }`, and a `{ row }` for each row, as they come; `{ skip }`, a
 *   reason, if the engine cannot run the section
 */
export async function runInBrowser(engine, job, onMessage) {
  await runWorker(engine, { '/worker.js': await sectionWorker() }, job, onMessage);
}

/** Serves the scripts to a page in a new browser, whose worker gets the job, until it posts `done`. */
export async function runWorker(engine, scripts, job, onMessage) {
  let [finish, fail, watchdog] = [];
  const finished = new Promise((resolve, reject) => {
    [finish, fail] = [resolve, reject];
  });
  // An error while the browser opens would leave it without a listener.
  finished.catch(() => {});
  const heard = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => fail(new Error(`${engine}: silent for ${SILENCE / 1000} s`)), SILENCE);
  };
  const server = await serve(scripts, job, (message) => {
    heard();
    if (message.error !== undefined) fail(new Error(message.error));
    else onMessage(message);
    if (message.done) finish();
  });
  let browser;
  try {
    heard();
    browser = await ENGINES[engine].open(`http://127.0.0.1:${server.address().port}/`, job);
    onMessage({ engine: browser.version });
    await finished;
  } finally {
    clearTimeout(watchdog);
    await browser?.close();
    server.closeAllConnections();
    server.close();
  }
}
