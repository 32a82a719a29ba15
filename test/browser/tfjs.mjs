// The tests of the tfjs adapter in Chromium, on the wasm, cpu and webgl backends. webgl runs on software here. Prints
// "browser, tfjs: N passed, N failed", and fails if anything did, or if a file ran nothing.
//
//   apt-get install chromium && npm run build && node test/browser/tfjs.mjs
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { launchChromium } from './chromium.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = 'test/adapters/tfjs';
const TIMEOUT_SECONDS = 180;

/** These read files and other builds of tfjs, as only Node can. */
const inNodeOnly = ['packagings.test.ts'];
// One file alone: node test/browser/tfjs.mjs graph
const names = readdirSync(join(root, folder)).filter(
  (name) => name.endsWith('.test.ts') && !inNodeOnly.includes(name) && name.includes(process.argv[2] ?? ''),
);

const bundles = mkdtempSync(join(tmpdir(), 'layertap-tfjs-'));
await build({
  absWorkingDir: root,
  entryPoints: names.map((name) => join(folder, name)),
  outdir: bundles,
  bundle: true,
  splitting: true,
  format: 'esm',
  external: ['node:*'],
  logLevel: 'warning',
});

/** What may be fetched, by the beginning of its address. */
const served = {
  '/bundles/': `${bundles}/`,
  '/node_modules/@tensorflow/': join(root, 'node_modules/@tensorflow/'),
  '/node_modules/@upscalerjs/': join(root, 'node_modules/@upscalerjs/'),
  '/node_modules/@vladmandic/': join(root, 'node_modules/@vladmandic/'),
};
const types = { js: 'text/javascript', wasm: 'application/wasm', json: 'application/json' };

const server = createServer(({ url }, response) => {
  const { pathname, searchParams } = new URL(url, 'http://page');
  if (pathname === '/') {
    const page = {
      backends: [searchParams.get('backend')],
      wasmPath: '/node_modules/@tensorflow/tfjs-backend-wasm/dist/',
    };
    response.setHeader('content-type', 'text/html');
    response.end(
      `<!doctype html><title>layertap</title><script>globalThis.tfjsTestPage = ${JSON.stringify(page)}</script>` +
        `<script type="module" src="/bundles/${searchParams.get('file')}"></script>`,
    );
    return;
  }
  const start = Object.keys(served).find((beginning) => pathname.startsWith(beginning));
  try {
    const body = readFileSync(served[start] + pathname.slice(start.length));
    response.setHeader('content-type', types[pathname.split('.').at(-1)] ?? 'application/octet-stream');
    response.end(body);
  } catch {
    response.statusCode = 404;
    response.end();
  }
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

const browser = await launchChromium([
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  // For the tests that look at the heap.
  '--js-flags=--expose-gc',
  '--enable-precise-memory-info',
]);

/** Runs a file in a page of its own; gives what uvu counted. */
async function run(name, backend) {
  const page = await browser.newPage();
  let output = '';
  const ended = new Promise((resolve) => {
    page.on('console', (message) => {
      output += `${message.text()}\n`;
      // uvu's last line.
      if (/Duration:/.test(message.text())) resolve();
    });
    page.on('pageerror', (error) => {
      output += `error on the page: ${error.stack ?? error.message}\n`;
    });
    setTimeout(resolve, TIMEOUT_SECONDS * 1000).unref();
  });
  const file = name.replace(/\.ts$/, '.js');
  await page.goto(`http://127.0.0.1:${server.address().port}/?backend=${backend}&file=${file}`);
  await ended;
  await page.close();
  const sum = (label) => Number(output.match(new RegExp(`^\\s*${label}:\\s+(\\d+)`, 'm'))?.[1] ?? 0);
  return { output, total: sum('Total'), passed: sum('Passed'), skipped: sum('Skipped') };
}

let passed = 0;
let failed = 0;
for (const backend of ['wasm', 'cpu', 'webgl']) {
  for (const name of names) {
    const result = await run(name, backend);
    const missing = Math.max(result.total - result.passed, result.total === 0 ? 1 : 0, result.skipped);
    passed += result.passed;
    failed += missing;
    console.log(`${missing === 0 ? 'ok  ' : 'FAIL'} ${backend}: ${name}: ${result.passed} of ${result.total}`);
    if (missing > 0) console.log(result.output);
  }
}

await browser.close();
server.close();
rmSync(bundles, { recursive: true });
console.log(`Chromium ${browser.version()}`);
console.log(`browser, tfjs: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
