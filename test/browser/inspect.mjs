// The tracks of profile() in Chromium, as DevTools gets them: by the Tracing domain of its protocol. Prints
// "inspect: N passed, N failed".
//
//   apt-get install chromium && npm run build && node test/browser/inspect.mjs
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { launchChromium } from './chromium.mjs';

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('inspect-page.ts', import.meta.url))],
  bundle: true,
  format: 'iife',
  write: false,
});
const browser = await launchChromium();
const page = await browser.newPage();
const complaints = [];
page.on('pageerror', (error) => complaints.push(error.message));
await page.setContent(`<!doctype html><title>layertap</title><script>${outputFiles[0].text}</script>`);

const devtools = await page.context().newCDPSession(page);
const events = [];
devtools.on('Tracing.dataCollected', ({ value }) => events.push(...value));
const complete = new Promise((resolve) => devtools.once('Tracing.tracingComplete', resolve));
// What DevTools' Performance panel records user timings with.
await devtools.send('Tracing.start', {
  transferMode: 'ReportEvents',
  traceConfig: { includedCategories: ['blink.user_timing'] },
});
const result = await page.evaluate('run()');
await devtools.send('Tracing.end');
await complete;
await browser.close();

/** Of each measure: what DevTools reads, and how long it took, in ms. One that took no time is an event of its own kind. */
const tracks = events.flatMap((event) => {
  if (!event.cat.includes('blink.user_timing') || !['b', 'n'].includes(event.ph)) return [];
  const isEnd = ({ ph, name, id2 }) => ph === 'e' && name === event.name && id2.local === event.id2.local;
  const end = event.ph === 'n' ? event : events.find(isEnd);
  return [{ ...JSON.parse(event.args.detail).devtools, duration: (end.ts - event.ts) / 1000 }];
});

const checks = {
  'no error escaped': () => assert.deepEqual(complaints, []),
  'each module is a track, in the group of its model': () => {
    assert.deepEqual(tracks.map(({ track }) => track).sort(), ['(the model)', '0', '1', '2', '2.0']);
    for (const { dataType, trackGroup } of tracks)
      assert.deepEqual([dataType, trackGroup], ['track-entry', 'Sequential']);
  },
  'the slow layer is the longest track but for the model, and has its time': () => {
    const [model, slow, next] = [...tracks].sort((a, b) => b.duration - a.duration);
    assert.deepEqual([model.track, slow.track], ['(the model)', '1']);
    assert.ok(slow.duration >= 20 && next.duration < 20, JSON.stringify(tracks));
    assert.match(slow.tooltipText, /^Slow 1, call 0$/);
  },
  'profile() names the slow layer, and gives the total without hooks': () => {
    const [first] = [...result.modules].sort((a, b) => b.own - a.own);
    assert.equal(first.path, '1');
    assert.ok(first.own >= 20 && result.unhooked >= 20 && result.total >= 20);
  },
};

let passed = 0;
let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    check();
    passed++;
  } catch (error) {
    failed++;
    console.error(`${name}: ${error.message}`);
  }
}
console.log(`inspect: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
