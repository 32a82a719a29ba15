// How smoothly histogram cards follow the pointer, in Chromium: six visible cards, 10,000 steps of 120 bins each. Prints the
// time between frames (a screen of 60 Hz gives 16.7 ms at best) and the drawing time in each.
//
//   apt-get install chromium && npm run build && node bench/viewer-cards.mjs
import { launchChromium } from '../test/browser/chromium.mjs';
import { serveCards } from '../test/browser/viewer-cards-server.mjs';

const CARDS = 6;
const FRAMES = 150;
const TARGET = 20;

const { address, close } = await serveCards();
const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: 1340, height: 960 } });
page.on('pageerror', (error) => console.error(error));
await page.goto(address);
await page.waitForFunction('globalThis.tools !== undefined');
const tags = Array.from({ length: CARDS }, (_, i) => `ten thousand steps#${i}`);
await page.evaluate((names) => tools.show({ tags: names, brush: [0, 1] }), tags);

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(1);
function print(name, { apart, work }) {
  const smooth = apart.filter((time) => time <= TARGET + 1).length / apart.length;
  const [a, w] = [apart, work].map((times) => [...times].sort((x, y) => x - y));
  const rate = 1000 / (a.reduce((sum, time) => sum + time, 0) / a.length);
  console.log(
    `${name.padEnd(38)} ${rate.toFixed(0).padStart(3)} frames/s  apart ${at(a, 0.5)} (95 %: ${at(a, 0.95)}) ms, ` +
      `drawing ${at(w, 0.5)} (95 %: ${at(w, 0.95)}) ms, ${(smooth * 100).toFixed(0)} % within ${TARGET} ms`,
  );
}
/** Runs a function of the page in each frame, after some to warm up. */
async function measure(name, change, frames = FRAMES) {
  const source = `tools.changeFrames(FRAMES, ${change})`;
  await page.evaluate(source.replace('FRAMES', '20'));
  print(name, await page.evaluate(source.replace('FRAMES', String(frames))));
}

await measure('nothing changes', '() => {}');
await measure(
  'brushing',
  '(i) => tools.mark({ brush: [1000, 1000 + i * 30], hover: { at: 1000 + i * 30, step: 1000 + i * 30 } })',
);
await measure(
  'pointing, with value',
  `(i) => tools.state().change({ hover: { step: i * 60, value: 0.4 + i / 500, run: 'run', tag: '${tags[0]}' } })`,
);
await measure('panning over half of the steps', '(i) => tools.mark({ steps: [i * 30, 5000 + i * 30] })');
await measure('panning over a tenth of the steps', '(i) => tools.mark({ steps: [i * 50, 1000 + i * 50] })');
await measure('zooming from all steps', '(i) => tools.mark({ steps: [i * 30, 9999 - i * 30] })');
await page.evaluate(() => tools.mark({ steps: undefined }));
await measure(
  'zooming values of one card',
  `(i) => tools.state().change({ values: new Map([['${tags[0]}', [0.1, 1 + i / 200]]]) })`,
);
await page.evaluate(() => tools.state().change({ values: new Map() }));
await measure(
  'a record more in each series',
  '(i) => i % 6 === 0 && tools.addRecords(20000 + i + performance.now())',
  120,
);
await page.evaluate(() => tools.state().change({ histograms: 'ridge', hover: undefined }));
await measure('ridges, brushing', '(i) => tools.mark({ brush: [1000, 1500 + i * 30] })');

// Real pointer events, as fast as they are handled.
await page.evaluate(() => tools.state().change({ histograms: 'heat', brush: new Map() }));
await page.mouse.move(150, 150);
await page.mouse.down();
await page.evaluate(() => tools.startFrames());
for (let i = 0; i < 250; i++) await page.mouse.move(150 + i, 150 + (i % 40));
const dragged = await page.evaluate(() => tools.stopFrames());
await page.mouse.up();
print('brushing by real pointer events', dragged);

await browser.close();
close();
