// What the page says of a directory: of recordings without event files, of what it does not show, of records that were not kept,
// and of names and texts that try to break it. In Chromium and Firefox.
//
//   npm run build && node test/browser/viewer-sentences.mjs [part of a test's name] [--in chromium|firefox]
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Linear, manualSeed, rand, relu, Sequential } from '../../dist/index.js';
import { record } from '../../dist/inspect.js';
import { writeSafetensors } from '../../dist/safetensors.js';
import { SummaryWriter } from '../../dist/tensorboard.js';
import { suite } from './harness/suite.mjs';
import { startView } from './viewer-command.mjs';

const temporary = mkdtempSync(join(tmpdir(), 'layertap-sentences-'));
const tests = suite('viewer sentences', { expected: /ERR_CONNECTION_REFUSED/ });
const ROOT = 'document.querySelector("#viewer").shadowRoot';

/** @param write makes the files of a directory @param ready an expression that holds when the page has them */
function test(name, write, ready, run) {
  tests.test(name, async (open) => {
    const directory = mkdtempSync(join(temporary, 'logs-'));
    await write(directory);
    const server = await startView(directory);
    const page = await open(server.url, { viewport: { width: 1200, height: 900 } });
    await page.until(ready);
    await page.settle();
    await run(page);
    await server.stop();
  });
}

const text = (page, selector) => page.evaluate(`${ROOT}.querySelector('${selector}')?.textContent`);
const warnings = (page) =>
  page.evaluate(`[...${ROOT}.querySelectorAll('.warnings *, .empty')].map((one) => one.textContent).join(' ')`);

test(
  'of recordings alone the page shows the outputs, and misses no event files',
  async (directory) => {
    manualSeed(0);
    const net = new Sequential(new Linear(4, 8), new Linear(8, 3));
    writeFileSync(join(directory, 'run.safetensors'), await record(net, [relu(rand(5, 4))]));
  },
  `viewer.store?.activations.offers.size === 3 && ${ROOT}.querySelectorAll('.card.activation').length === 3`,
  async (page) => {
    // What is said when the worker has listed the event files.
    await page.until(`/^Loaded|event files/.test(${ROOT}.querySelector('[role=status]').textContent)`);
    await page.settle();
    assert.doesNotMatch(await page.evaluate(`${ROOT}.textContent`), /event files/);
  },
);

test(
  'of weights alone the page says that they are no recording',
  async (directory) => {
    writeFileSync(join(directory, 'weights.safetensors'), writeSafetensors(new Linear(4, 8).stateDict()));
  },
  `/not a recording/.test(${ROOT}.querySelector('.empty')?.textContent)`,
  async (page) => {
    assert.match(
      await warnings(page),
      /There are no event files yet\. The \.safetensors file here is not a recording of layertap\./,
    );
  },
);

test(
  'what the page does not show is in one line, with how many of each and what opens them',
  async (directory) => {
    const writer = new SummaryWriter(directory);
    writer.addScalar('loss', 1, 0);
    for (const lr of [0.1, 0.01]) writer.addHparams({ lr }, { accuracy: lr }, { runName: `trial${lr}` });
    writer.addGraph(new Sequential(new Linear(2, 2)), rand(1, 2));
    await writer.close();
  },
  `${ROOT}.querySelector('.not-shown') !== null && viewer.store.notShown.size === 2 && viewer.store.runs.length === 3`,
  async (page) => {
    await page.until(`/2 runs/.test(${ROOT}.querySelector('.not-shown').textContent)`);
    const line = await text(page, '.not-shown');
    assert.match(line, /^Not shown here, but by TensorBoard \(tensorboard --logdir\): /);
    assert.match(line, /\b2 runs with hyperparameters\b/);
    assert.match(line, /\b1 graph\b/);
    assert.ok(await page.locator('.not-shown').isVisible());
  },
);

test(
  'a card says how many records were kept of a series that its source has shrunk',
  async (directory) => {
    const writer = new SummaryWriter(directory);
    for (let step = 0; step < 100; step++) writer.addScalar('loss', step, step);
    await writer.close();
  },
  `viewer.store?.scalars('.', 'loss')?.length === 100 && ${ROOT}.querySelector('.card .values b') !== null`,
  async (page) => {
    assert.doesNotMatch(await text(page, '.card .values'), /kept/);
    // As a worker over its 512 MB would send it.
    await page.evaluate(() => {
      const { store } = globalThis.viewer;
      const numbers = Float64Array.of(0, 500_000, 999_999);
      const part = { run: '.', tag: 'loss', logged: 1_000_000, kept: 500_000, smoothed: numbers, smoothing: 0.6 };
      store.takeScalars({ parts: [{ ...part, steps: numbers, wallTimes: numbers, values: numbers }] });
    });
    await page.until(`/500,000 of 1,000,000 records kept/.test(${ROOT}.querySelector('.card .values').textContent)`);
  },
);

test(
  'tags that are prefixes of others, names that are markup and Markdown with scripts are names and text',
  async (directory) => {
    for (const run of ['a', 'a/b', 'ab', '<img src=x onerror=alert(1)>']) {
      const writer = new SummaryWriter(join(directory, run));
      for (const tag of ['loss', 'loss/train', 'loss/train/x', 'lossy']) writer.addScalar(tag, tag.length, 0);
      writer.addText(
        'note',
        '<script>globalThis.hacked = 1</script>\n\n[x](javascript:globalThis.hacked=2)\n\n**bold**',
        0,
      );
      await writer.close();
    }
  },
  'viewer.store?.runs.length === 4 && viewer.store.tags("scalar").length === 4 && viewer.store.tags("text").length === 1',
  async (page) => {
    const titles = await page.evaluate(`[...${ROOT}.querySelectorAll('.card.scalar')].map((one) => one.ariaLabel)`);
    assert.deepEqual(titles.sort(), ['loss', 'loss/train', 'loss/train/x', 'lossy']);
    await page.evaluate(`${ROOT}.querySelector('.card.text').scrollIntoView()`);
    await page.until(`${ROOT}.querySelector('.card.text strong')?.textContent === 'bold'`);
    const found = await page.evaluate(() => {
      const card = document.querySelector('#viewer').shadowRoot.querySelector('.card.text');
      return {
        scripts: card.querySelectorAll('script, img').length,
        links: [...card.querySelectorAll('a')].map((link) => link.href),
        text: card.textContent,
        hacked: globalThis.hacked,
      };
    });
    assert.deepEqual([found.scripts, found.links, found.hacked], [0, [], undefined]);
    assert.match(found.text, /<script>globalThis\.hacked = 1<\/script>/);
  },
);

await tests.run();
rmSync(temporary, { recursive: true });
