// The cost of watching a model: 20 layers in a page of Chromium or in its worker, alternating with the viewer mounted and
// without. Then, in Node, the cost of a call that is not captured.
//
//   npm run build && node bench/viewer-live.mjs [page] [worker] [node]
import { createServer } from 'node:http';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { Linear, rand, Sequential, select } from '../dist/index.js';
import { liveSource } from '../dist/viewer.js';
import { launchChromium } from '../test/browser/chromium.mjs';
import { median, medians, quantile } from './harness.mjs';
import { printConditions } from './print.mjs';
import { LAYERS } from './viewer-live/model.mjs';

const ROUNDS = 3;
const MILLISECONDS = 2500;
const RATE = 1000;

const wanted = (part) => process.argv.length < 3 || process.argv.includes(part);
async function inChromium() {
  const scripts = {};
  for (const name of ['page', 'worker']) {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL(`viewer-live/${name}.mjs`, import.meta.url))],
      bundle: true,
      format: 'esm',
      write: false,
    });
    scripts[`/${name}.js`] = outputFiles[0].text;
  }
  const server = createServer(({ url }, response) => {
    // Isolated, for the finer clock.
    response.setHeader('cross-origin-opener-policy', 'same-origin');
    response.setHeader('cross-origin-embedder-policy', 'require-corp');
    response.setHeader('content-type', scripts[url] === undefined ? 'text/html' : 'text/javascript');
    response.end(
      scripts[url] ?? '<!doctype html><div id="viewer"></div><script type="module" src="/page.js"></script>',
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await launchChromium();
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  page.on('pageerror', (error) => console.log(error.stack));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction('globalThis.kernels');
  console.log(`Chromium ${browser.version()}, ${await page.evaluate('kernels')} kernels, ${cpus()[0].model}`);

  const measure = async (settings) => {
    let x = 0;
    const events = setInterval(() => page.mouse.move(700 + (x++ % 40), 500).catch(() => {}), 40);
    try {
      return await page.evaluate((what) => globalThis.measure(what), settings);
    } finally {
      clearInterval(events);
    }
  };
  for (const where of ['page', 'worker'].filter(wanted)) {
    for (const rate of [RATE, Number.POSITIVE_INFINITY]) {
      const turns = { plain: [], watched: [] };
      for (let round = 0; round < ROUNDS; round++) {
        for (const side of round % 2 === 0 ? ['plain', 'watched'] : ['watched', 'plain']) {
          turns[side].push(await measure({ where, rate, watched: side === 'watched', milliseconds: MILLISECONDS }));
        }
      }
      report(where, rate, turns);
    }
  }
  await browser.close();
  server.close();
}

function report(where, rate, turns) {
  const pace = rate === RATE ? `${RATE} forwards a second are wanted` : 'as many forwards as go';
  console.log(`\n${LAYERS} layers in the ${where}, ${pace}:`);
  for (const [side, all] of Object.entries(turns)) {
    const [frames, waits] = [all.flatMap((turn) => turn.frames), all.flatMap((turn) => turn.waits)];
    const text = (values) => [0.5, 0.95, 1].map((share) => quantile(values, share).toFixed(1)).join(' / ');
    console.log(
      `  ${side.padEnd(8)} ${median(all.map((turn) => turn.rate))
        .toFixed(0)
        .padStart(6)} a second; ` +
        `ms between frames ${text(frames)}; an event waits ${text(waits)} (median / 95 % / most)` +
        (side === 'watched' ? `; ${median(all.map((turn) => turn.columns))} forwards shown` : ''),
    );
  }
  // Round by round, since interference affects both sides of a round.
  const ratios = turns.plain.map((turn, i) => turns.watched[i].rate / turn.rate);
  const target = rate === RATE ? ' (target: at least 0.95)' : '';
  console.log(`  watched / plain: ${median(ratios).toFixed(3)}${target}`);
}

/** The cost of a call while nothing is captured. */
async function inNode() {
  console.log('\nCost of an event that is not captured:');
  printConditions();
  const x = rand(4);
  const variants = Object.fromEntries(
    ['plain', 'observed', 'watched', 'stepped'].map((name) => [name, new Sequential(new Linear(4, 4))]),
  );
  // One for each source: within a viewer tags are unique.
  const listener = () => ({ points() {}, progress() {}, warning() {} });
  let sink;
  select(variants.observed, '0').observe((event) => {
    sink = event.call;
  });
  // So small that nothing is captured after the first call.
  const share = 1e-9;
  const stops = [
    liveSource(select(variants.watched, '0'), { share }).connect(listener()),
    liveSource(select(variants.stepped, '0'), { share, step: () => 1 }).connect(listener()),
  ];
  const loopOf = (module) => (count) => {
    for (let i = 0; i < count; i++) sink = module(x);
  };
  const times = await medians(
    Object.fromEntries(Object.entries(variants).map(([name, net]) => [name, loopOf(net.getSubmodule('0'))])),
  );
  for (const name of ['observed', 'watched', 'stepped']) {
    const what = { observed: 'an observer that looks', watched: 'liveSource', stepped: 'liveSource with step()' }[name];
    console.log(`  ${what.padEnd(26)} ${(times[name] - times.plain).toFixed(1).padStart(7)} ns a call`);
  }
  for (const stop of stops) stop();
  if (sink === undefined) throw new Error('nothing was computed');
}

if (wanted('page') || wanted('worker')) await inChromium();
if (wanted('node')) await inNode();
