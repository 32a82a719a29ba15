// `layertap view` on a large log directory, in Chromium: 10,000 steps of 20 histograms. Measures the time from the command to
// the first picture, the rate of reading, frames under brushing and panning during and after it, and memory.
//
//   npm run build && node bench/viewer.mjs [log directory]
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchChromium } from '../test/browser/chromium.mjs';
import { startView } from '../test/browser/viewer-command.mjs';
import { makeLogs } from './viewer-logs.mjs';

const directory = process.argv[2] ?? join(tmpdir(), 'layertap-viewer-logs');
await makeLogs(directory);
const bytes = readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);

const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
const session = await browser.newBrowserCDPSession();

/** Runs in the page from its start: records the first picture, the end of reading, and the frames. */
await page.addInitScript(() => {
  const seen = { firstPicture: undefined, firstByte: undefined, allRead: undefined, progress: [], frames: [] };
  globalThis.seen = seen;
  const now = () => performance.timeOrigin + performance.now();
  const isPicture = (canvas) => {
    if (canvas.width === 0 || canvas.height === 0) return false;
    const copy = new OffscreenCanvas(64, 64).getContext('2d');
    copy.drawImage(canvas, 0, 0, 64, 64);
    return new Set(new Uint32Array(copy.getImageData(0, 0, 64, 64).data.buffer)).size > 8;
  };
  const look = () => {
    seen.frames.push(performance.now());
    const root = document.querySelector('#viewer')?.shadowRoot;
    if (root && seen.firstPicture === undefined) {
      const canvas = root.querySelector('.card canvas');
      if (canvas && isPicture(canvas)) seen.firstPicture = now();
    }
    const bar = root?.querySelector('progress');
    if (bar && !bar.hidden) {
      seen.firstByte ??= now();
      if (seen.progress.at(-1) !== bar.value) seen.progress.push(bar.value);
    }
    if (bar?.hidden && seen.firstByte !== undefined) seen.allRead ??= now();
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
});

const clock = () => performance.timeOrigin + performance.now();
const rssOf = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
const renderers = async () =>
  (await session.send('SystemInfo.getProcessInfo')).processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => id);

/** Moves the pointer over the first card for some seconds. @returns statistics of the frames */
async function framesWhile(what, seconds) {
  const card = await page.locator('.card.histogram canvas').first().boundingBox();
  const at = (share, down = 0.4) => [card.x + 60 + share * (card.width * 0.6), card.y + card.height * down];
  if (what === 'panning') {
    // From a zoom into the middle.
    await page.evaluate(() => {
      const [first, last] = globalThis.viewer.store.steps;
      const middle = (first + last) / 2;
      const [tag] = globalThis.viewer.store.tags('histogram');
      const steps = [middle - (last - first) / 8, middle + (last - first) / 8];
      globalThis.viewer.state.change({ steps: new Map([[tag, steps]]) });
    });
    await page.keyboard.down('Shift');
  }
  await page.mouse.move(...at(0.1));
  if (what !== 'hovering') await page.mouse.down();
  const from = await page.evaluate(() => globalThis.seen.frames.length);
  const start = clock();
  for (let i = 0; clock() - start < seconds * 1000; i++) await page.mouse.move(...at(0.5 + 0.4 * Math.sin(i / 15)));
  const frames = await page.evaluate((from) => globalThis.seen.frames.slice(from), from);
  if (what !== 'hovering') await page.mouse.up();
  if (what === 'panning') await page.keyboard.up('Shift');
  await page.evaluate(() => globalThis.viewer.state.change({ steps: new Map(), brush: new Map() }));
  const between = frames
    .slice(1)
    .map((time, i) => time - frames[i])
    .sort((a, b) => a - b);
  const quantile = (share) => between[Math.floor(share * (between.length - 1))];
  return {
    rate: (frames.length - 1) / ((frames.at(-1) - frames[0]) / 1000),
    median: quantile(0.5),
    late: quantile(0.95),
    longest: quantile(1),
  };
}

const show = (what, found, target = '') => console.log(`${what.padEnd(42)} ${found.padStart(22)}   ${target}`);
const showFrames = (what, { rate, median, late, longest }) =>
  show(
    what,
    `${rate.toFixed(1)} frames/s`,
    `target 50; between frames ${median.toFixed(0)} ms, 95 % below ${late.toFixed(0)}, longest ${longest.toFixed(0)}`,
  );

console.log(
  `${(bytes / 1e6).toFixed(0)} MB in ${directory}; Chromium ${browser.version()}, drawn without a graphics card\n`,
);
const started = clock();
const server = await startView(directory);
const listening = clock();
await page.goto(server.url);
let [peakPage, peakServer] = [0, 0];
const memory = setInterval(async () => {
  peakServer = Math.max(peakServer, rssOf(server.pid));
  for (const id of await renderers()) peakPage = Math.max(peakPage, rssOf(id));
}, 250);
const seen = () => page.evaluate(() => ({ ...globalThis.seen, frames: [] }));
while ((await seen()).firstPicture === undefined) await page.waitForTimeout(50);
const during = {};
for (const what of ['hovering', 'brushing', 'panning']) {
  if ((await seen()).allRead !== undefined) break;
  during[what] = await framesWhile(what, 3);
}
while ((await seen()).allRead === undefined) await page.waitForTimeout(100);
const { firstPicture, firstByte, allRead, progress } = await seen();
show('from the command to its URL', `${(listening - started).toFixed(0)} ms`);
show('from the command to the first picture', `${(firstPicture - started).toFixed(0)} ms`, 'target 1000');
show('reading, under pointer moves', `${(bytes / 1e3 / (allRead - firstByte)).toFixed(0)} MB/s`, 'target 100');
show('different values of the progress bar', `${progress.length}`);
for (const [what, frames] of Object.entries(during)) showFrames(`${what} while it reads`, frames);
for (const what of ['hovering', 'brushing', 'panning']) showFrames(`${what} afterwards`, await framesWhile(what, 3));
const { bytes: stored, columns } = await page.evaluate(() => ({
  bytes: globalThis.viewer.store.bytes,
  columns: globalThis.viewer.store.tags('histogram').map((tag) => globalThis.viewer.store.histograms('.', tag).length),
}));
show('columns of a tag, of 10,000 records', `${Math.min(...columns)} to ${Math.max(...columns)}`);
show('the store', `${(stored / 2 ** 20).toFixed(0)} MB`, 'target 192');
clearInterval(memory);
show('the page and its worker, at most', `${peakPage.toFixed(0)} MB`, 'resident');
show('the server, at most', `${peakServer.toFixed(0)} MB`, 'resident');

// Again without input: the rate of reading alone.
await page.reload();
while ((await seen()).allRead === undefined) await page.waitForTimeout(100);
const again = await seen();
show('reading, left alone', `${(bytes / 1e3 / (again.allRead - again.firstByte)).toFixed(0)} MB/s`, 'target 100');
await browser.close();
await server.stop();
