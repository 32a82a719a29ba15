// Values under the pointer, in the table and in its CSV, of runs of which the page holds a part: they are those of the files. In
// Chromium and Firefox.
//
//   npm run build && node test/browser/viewer-exact.mjs [part of a test's name] [--in chromium|firefox]
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SummaryWriter } from '../../dist/tensorboard.js';
import { suite } from './harness/suite.mjs';
import { startView } from './viewer-command.mjs';

const RECORDS = 50_000;
/** Neighbours differ by hundreds: a record beside the right one is seen. */
const VALUES = { ppo: (i) => (i * 7919) % 1009, sac: (i) => 5000 + ((i * 4253) % 1013) };
const stepOf = (i) => 10 * i;
const wallTimeOf = (i) => 1.7e9 + i ** 1.1;

const directory = mkdtempSync(join(tmpdir(), 'layertap-exact-'));
for (const [run, at] of Object.entries(VALUES)) {
  const writer = new SummaryWriter(join(directory, run), { maxQueue: RECORDS + 1 });
  for (let i = 0; i < RECORDS; i++) {
    writer.addScalar('reward', at(i), stepOf(i), { wallTime: wallTimeOf(i) });
  }
  await writer.close();
}
const server = await startView(directory);
const tests = suite('viewer exact records');

function test(name, run) {
  tests.test(name, async (open) => {
    const page = await open(server.url, { viewport: { width: 1200, height: 900 } });
    await page.until(`viewer.store?.runs.length === 2`);
    await page.until(`viewer.store.runs.every((run) => viewer.store.scalars(run, 'reward')?.logged === ${RECORDS})`);
    await page.evaluate(() => globalThis.viewer.state.change({ smoothing: 0 }));
    await page.settle();
    const held = await page.evaluate('viewer.store.scalars("ppo", "reward").length');
    assert.ok(held < RECORDS / 10, `the page holds ${held} records`);
    await run(page);
  });
}

/** Moves the pointer to a share of the plot. @returns its place on the axis, as the page has it */
async function pointTo(page, share, height = 100) {
  const box = await page.locator('.card .plot').boundingBox();
  await page.mouse.move(Math.round(box.x + 52 + (box.width - 64) * share), Math.round(box.y + height));
  await page.locator('.run-table').waitFor();
  await page.until('viewer.state.view.hover !== undefined');
  return await page.evaluate('viewer.state.view.hover.time ?? viewer.state.view.hover.step');
}

const root = 'document.querySelector("#viewer").shadowRoot';
const cells = `[...${root}.querySelectorAll('.run-table [data-row]')].map((row) =>
  [...row.querySelectorAll('[role=rowheader], [role=cell]')].map(({ textContent }) => textContent))`;

/** Waits until the table has records. @param indices of the records, by run */
async function tableHas(page, index) {
  const wanted = Object.entries(VALUES).map(([run, at]) => [
    run,
    at(index).toLocaleString('en'),
    stepOf(index).toLocaleString('en'),
  ]);
  await page.until(
    `JSON.stringify(${cells}.map((row) => row.slice(0, 3))).replaceAll(',', '') ===
      ${JSON.stringify(JSON.stringify(wanted).replaceAll(',', ''))}`,
  );
}

test('the table and its CSV have the record that is nearest to the pointer', async (page) => {
  for (const share of [0.137, 0.44, 0.9111]) {
    const place = await pointTo(page, share);
    await tableHas(page, Math.round(place / 10));
  }
  const index = Math.round((await pointTo(page, 0.3333)) / 10);
  await tableHas(page, index);
  const seconds = (wallTimeOf(index) - wallTimeOf(0)).toFixed(1);
  const { bytes } = await page.download(() => page.locator('.run-table > button').click());
  const [, ...lines] = String(bytes).trimEnd().split('\r\n');
  assert.deepEqual(
    lines.map((line) => line.split(',').map((cell, i) => (i === 3 ? Number(cell).toFixed(1) : cell))),
    Object.entries(VALUES).map(([run, at]) => [run, String(at(index)), String(stepOf(index)), seconds]),
  );
});

test('the readout of the line that is pointed at has its record', async (page) => {
  await page.evaluate(() => globalThis.viewer.state.change({ hiddenRuns: new Set(['sac']) }));
  await page.settle();
  const index = Math.round((await pointTo(page, 0.618)) / 10);
  await page.until(
    `${root}.querySelector('.card .values b').textContent.replaceAll(',', '') === '${VALUES.ppo(index)}'`,
  );
  assert.match(
    (await page.locator('.card .values .hint').textContent()).replaceAll(',', ''),
    new RegExp(`\\b${stepOf(index)}$`),
  );
});

test('on an axis of time it is the record nearest in time', async (page) => {
  await page.evaluate(() => globalThis.viewer.state.change({ axis: 'relative' }));
  await page.settle();
  const time = await pointTo(page, 0.42);
  const times = Array.from({ length: RECORDS }, (_, i) => Math.abs(wallTimeOf(i) - wallTimeOf(0) - time));
  await tableHas(page, times.indexOf(Math.min(...times)));
});

test('arrow keys go from record to record', async (page) => {
  await page.locator('.card .plot').focus();
  await page.press('ArrowRight');
  const start = await page.evaluate('viewer.state.view.hover.step');
  for (let i = 0; i < 5; i++) {
    await tableHas(page, start / 10 + i);
    await page.press('ArrowRight');
  }
});

test('smoothed values in the table are those over all records', async (page) => {
  await page.evaluate(() => globalThis.viewer.state.change({ smoothing: 0.9 }));
  await page.settle();
  const index = Math.round((await pointTo(page, 0.25)) / 10);
  // TensorBoard's average, corrected for its start.
  let average = 0;
  for (let i = 0; i <= index; i++) average = 0.9 * average + 0.1 * VALUES.ppo(i);
  const wanted = (average / (1 - 0.9 ** (index + 1))).toPrecision(5);
  await page.until(`Number(${cells}[0][1].replaceAll(',', '')).toPrecision(5) === '${wanted}'`);
});

await tests.run();
await server.stop();
rmSync(directory, { recursive: true });
