// The cost of cards of single outputs: the digits network, a convolutional network of TensorFlow.js and the attention of a small
// BERT, each in a page that shows its layers, alternating with the same page without cards. In Chromium and Firefox.
//
//   npm run build && node bench/viewer-activation.mjs [chromium] [firefox]
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { cpus } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BROWSERS, launch } from '../test/browser/harness/browsers.mjs';
import { PACKAGES } from '../test/browser/viewer-activation-server.mjs';
import { median } from './harness.mjs';

const ROUNDS = 3;
const MILLISECONDS = 2500;
/** The forwards that a page wants in a second: of a small network, and of one that follows a camera or a text. */
const RATES = { digits: 1000, cnn: 60, bert: 30 };
const root = fileURLToPath(new URL('..', import.meta.url));

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('viewer-activation/page.mjs', import.meta.url))],
  bundle: true,
  splitting: true,
  outdir: '/',
  format: 'esm',
  target: 'es2022',
  external: Object.keys(PACKAGES),
  write: false,
});
const scripts = new Map(outputFiles.map(({ path, text }) => [path, text]));
const PAGE = `<!doctype html><title>activations</title><script type="importmap">${JSON.stringify({ imports: PACKAGES })}</script>
<script type="module" src="/page.js"></script>`;
const TYPES = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

const server = createServer(async ({ url }, response) => {
  // Isolated, for the finer clock.
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  response.setHeader('cross-origin-embedder-policy', 'require-corp');
  const path = new URL(url, 'http://localhost').pathname;
  const script = scripts.get(path);
  try {
    const isFile = /^\/(node_modules|test\/fixtures\/transformers)\//.test(path);
    const body = script ?? (isFile ? await readFile(join(root, path)) : path === '/' ? PAGE : undefined);
    if (body === undefined) throw new Error('not served');
    response.setHeader(
      'content-type',
      script !== undefined
        ? TYPES['.js']
        : (TYPES[extname(path)] ?? (isFile ? 'application/octet-stream' : 'text/html')),
    );
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

function report(model, rate, { plain, watched }) {
  const paced = Number.isFinite(rate);
  // Round by round, since interference affects both sides of a round.
  const ratio = median(plain.map((turn, i) => watched[i].rate / turn.rate)).toFixed(3);
  const of = (pick) => median(watched.map(pick)).toFixed(1);
  const target = (text) => (paced ? ` (target: at least ${text})` : '');
  console.log(
    `  ${model}, ${paced ? `${rate} forwards a second are wanted` : 'as many forwards as go'}: ` +
      `${median(plain.map((turn) => turn.rate)).toFixed(0)} a second without cards, with them x ${ratio}${target('0.95')}; ` +
      `${of(({ frames }) => frames)} frames a second${target('30')}; ` +
      `each card shows at least ${of(({ taken }) => Math.min(...taken))} outputs a second`,
  );
}

const wanted = process.argv.slice(2).filter((word) => BROWSERS.includes(word));
for (const name of wanted.length > 0 ? wanted : BROWSERS) {
  const browser = await launch(name);
  const page = await browser.newPage();
  await page.setViewport({ width: 1300, height: 900 });
  page.on('pageerror', (error) => console.log(error.stack ?? error.message));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction('globalThis.measure !== undefined');
  console.log(`${await browser.version()}, ${cpus()[0].model}`);
  for (const [model, wantedRate] of Object.entries(RATES)) {
    for (const rate of [wantedRate, Number.POSITIVE_INFINITY]) {
      const turns = { plain: [], watched: [] };
      for (let round = 0; round < ROUNDS; round++) {
        for (const side of round % 2 === 0 ? ['plain', 'watched'] : ['watched', 'plain']) {
          // BiDi has no infinity.
          const settings = {
            name: model,
            rate: Math.min(rate, 1e9),
            watched: side === 'watched',
            milliseconds: MILLISECONDS,
          };
          turns[side].push(await page.evaluate((what) => globalThis.measure(what), settings));
        }
      }
      report(model, rate, turns);
    }
  }
  await browser.close();
}
server.close();
