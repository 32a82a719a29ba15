// The built bundle, minified, in Chromium: with and without WebAssembly in the content security policy, and in a
// cross-origin isolated page, which may share memory between threads. Prints "browser: N passed, N failed".
//
//   apt-get install chromium && npm run build && node test/browser/run.mjs
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { launchChromium } from './chromium.mjs';

async function bundle(name) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(name, import.meta.url))],
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
  });
  return outputFiles[0].text;
}
const scripts = {
  '/page.js': await bundle('page.ts'),
  '/opfs-worker.js': await bundle('opfs-worker.ts'),
  '/thread-worker.js': await bundle('thread-worker.ts'),
};

const wasm = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";
const pages = {
  '/wasm': { policy: wasm, kernels: 'relaxed', threads: 1 },
  '/strict': { policy: "default-src 'none'; script-src 'self'", kernels: 'javascript', threads: 1 },
  '/isolated': { policy: `${wasm} blob:`, isolated: true, kernels: 'relaxed', threads: 2 },
  '/isolated-without-blobs': { policy: wasm, isolated: true, kernels: 'relaxed', threads: 1 },
};
const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

const server = createServer((request, response) => {
  const page = pages[request.url];
  // A worker's policy comes with its script, whose URL names the page.
  const of = page ?? pages[new URL(request.url, 'http://localhost').searchParams.get('of')];
  if (of !== undefined) response.setHeader('content-security-policy', of.policy);
  if (of?.isolated) for (const [name, value] of Object.entries(isolation)) response.setHeader(name, value);
  if (page !== undefined) {
    response.setHeader('content-type', 'text/html');
    response.end(
      `<!doctype html><title>layertap</title><script type="module" src="/page.js?of=${request.url}"></script>`,
    );
  } else if (scripts[request.url.split('?')[0]] !== undefined) {
    response.setHeader('content-type', 'text/javascript');
    response.end(scripts[request.url.split('?')[0]]);
  } else {
    response.statusCode = 404;
    response.end();
  }
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

const browser = await launchChromium();

let passed = 0;
let failed = 0;
for (const [path, { kernels, threads }] of Object.entries(pages)) {
  const page = await browser.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`http://127.0.0.1:${server.address().port}${path}`);
  await page.waitForFunction('globalThis.findings !== undefined');
  const counted = await page.evaluate('globalThis.threads');
  const found = await page.evaluate('globalThis.findings');
  const checks = {
    'no error escaped': () => assert.deepEqual(complaints, []),
    'the contract of a hook holds': () =>
      assert.ok(found.cases > 20 && assert.deepEqual(found.failures, []) === undefined),
    [`kernels: ${kernels}`]: () => assert.equal(found.kernels, kernels),
    'Linear and ReLU compute': () =>
      assert.deepEqual(found.output, [
        [6.5, 0],
        [0, 1.5],
      ]),
    'a minifier changes no repr': () =>
      assert.equal(
        found.repr,
        'Sequential(\n  (0): Linear(in_features=3, out_features=2, bias=True)\n  (1): ReLU()\n)',
      ),
    "the page's own thread computes alone": () => assert.deepEqual(counted.page, { count: 1, same: true }),
    [`threads in a worker of the page: ${threads}`]: () =>
      assert.deepEqual(counted.worker, { count: threads, same: true }),
    'SummaryWriter says that a page has no file system': () => assert.match(found.noFile, /give a sink/),
    'SummaryWriter writes into memory, and RunReader reads it': () =>
      assert.deepEqual(found.memory, ['run h 6', 'run i 2x3', 'run/s_a s 0.5']),
    // A header of 88 bytes and a scalar of 37, as in PyTorch's file.
    'SummaryWriter writes into a stream': () => assert.deepEqual(found.stream, [88 + 37, true]),
    'SummaryWriter writes into the private file system, in a worker': () =>
      assert.deepEqual(
        found.opfs,
        Array.from({ length: 25 }, (_, i) => `run a ${i}`),
      ),
  };
  for (const [name, check] of Object.entries(checks)) {
    try {
      check();
      passed++;
      console.log(`ok   ${path}: ${name}`);
    } catch (error) {
      failed++;
      console.log(`FAIL ${path}: ${name}\n${error.message}`);
    }
  }
}

await browser.close();
server.close();
console.log(`${scripts['/page.js'].length} bytes of minified script; Chromium ${browser.version()}`);
console.log(`browser: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
