// The page of `layertap view`, and reports, in Chromium and Firefox: on files that PyTorch wrote, on growing and on bad ones;
// what the page may not do, it does not try.
//
//   npm run build && node test/browser/viewer-page.mjs [part of a test's name] [--in chromium|firefox]
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SummaryWriter } from '../../dist/tensorboard.js';
import { suite } from './harness/suite.mjs';
import { COMMAND, startView } from './viewer-command.mjs';

const LOGS = fileURLToPath(new URL('../fixtures/logs', import.meta.url));
const FIXTURE = fileURLToPath(new URL('../fixtures/viewer', import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), 'layertap-viewer-'));
const folder = (name) => mkdtempSync(join(temporary, name));

/** A browser complains about a server that is gone; the page says so. */
const tests = suite('viewer page', { expected: /ERR_CONNECTION_REFUSED|status of 40[04]/ });

/** A test whose pages ask nothing but the server that they came from. */
function test(name, run) {
  tests.test(name, async (open) => {
    const pages = [];
    await run(async (url, options) => {
      const page = await open(url, { viewport: { width: 1200, height: 900 }, ...options });
      pages.push([page, url.startsWith('file:') ? url : new URL(url).origin]);
      // Before the viewer exists, its name refers to the element with this id.
      await page.until('viewer.store !== undefined');
      return page;
    });
    for (const [page, where] of pages) {
      const elsewhere = page.requests.filter((url) => !/^(data|blob):/.test(url) && !url.startsWith(where));
      assert.deepEqual(elsewhere, [], 'requests elsewhere');
    }
  });
}

const ROOT = 'document.querySelector("#viewer").shadowRoot';

const warnings = (page) => page.locator('.warnings li').allTextContents();

/** The number of colours of each canvas in sight; a drawn one has more than a few. */
const colours = (page) =>
  page.evaluate(() => {
    const root = document.querySelector('#viewer').shadowRoot;
    return [...root.querySelectorAll('.card')]
      .filter((card) => card.getBoundingClientRect().top < innerHeight && card.querySelector('canvas'))
      .map((card) => {
        const canvas = card.querySelector('canvas');
        // A copy: reading would change how the browser keeps the viewer's canvases.
        const copy = new OffscreenCanvas(canvas.width || 1, canvas.height || 1).getContext('2d');
        copy.drawImage(canvas, 0, 0);
        const { data } = copy.getImageData(0, 0, copy.canvas.width, copy.canvas.height);
        const found = new Set(new Uint32Array(data.buffer));
        return { card: card.getAttribute('aria-label'), colours: found.size };
      });
  });

async function picturesAppear(page) {
  await page.locator('.card canvas').first().waitFor();
  let found;
  do {
    await page.settle();
    found = await colours(page);
  } while (found.length === 0);
  assert.deepEqual(
    found.filter(({ colours }) => colours <= 3),
    [],
    'every picture has colours',
  );
  return found;
}

test('pictures of the files that PyTorch wrote appear, and every mode draws', async (open) => {
  const server = await startView(FIXTURE);
  const page = await open(server.url);
  await page.until('viewer.store.tags("histogram").length > 2');
  assert.ok((await picturesAppear(page)).length >= 2);
  for (const mode of ['ridge', 'overlay', 'heat']) {
    await page.evaluate((histograms) => globalThis.viewer.state.change({ histograms }), mode);
    await picturesAppear(page);
  }
  assert.match(await page.evaluate('document.title'), /viewer/);
  assert.equal(await server.stop(), 0);
});

test('values of directories as people have them are those that TensorBoard shows', async (open) => {
  const expected = JSON.parse(readFileSync(join(LOGS, 'expected.json'), 'utf8'));
  for (const [name, runs] of Object.entries(expected)) {
    const server = await startView(join(LOGS, name), '--port', '0', '--follow-links');
    const page = await open(server.url);
    const wanted = Object.fromEntries(
      Object.entries(runs).map(([run, tags]) => [
        run,
        Object.fromEntries(
          Object.entries(tags).map(([tag, records]) => [
            tag,
            records.map(([wallTime, step, value]) => `${step} ${wallTime} ${Number(value)}`),
          ]),
        ),
      ]),
    );
    const count = Object.values(runs).flatMap(Object.values).flat().length;
    await page.until(
      `viewer.store.runs.flatMap((run) => viewer.store.tags('scalar').map((tag) => viewer.store.scalars(run, tag)?.kept ?? 0)).reduce((sum, kept) => sum + kept, 0) === ${count}`,
    );
    const found = await page.evaluate(async () => {
      const { store } = globalThis.viewer;
      const all = {};
      for (const tag of store.tags('scalar')) {
        for (const [run, { steps, wallTimes, values }] of await store.exactScalars(tag, store.runs)) {
          all[run] ??= {};
          all[run][tag] = [...steps].map((step, i) => `${step} ${wallTimes[i]} ${values[i]}`);
        }
      }
      return all;
    });
    assert.deepEqual(found, wanted, name);
    await picturesAppear(page);
    assert.equal(await server.stop(), 0);
  }
});

test('a directory that comes later is waited for, then shown, and followed as it grows', async (open) => {
  const directory = join(folder('later'), 'runs');
  const server = await startView(directory);
  const page = await open(server.url);
  await page
    .locator('.warnings li', { hasText: 'the directory runs does not exist yet' })
    .waitFor({ state: 'attached' });
  const writer = new SummaryWriter(directory);
  writer.addHistogram('fc1', Float32Array.of(1, 2, 3), 0);
  await writer.flush();
  await page.until('viewer.store.histograms(".", "fc1")?.length === 1');
  for (let step = 1; step < 50; step++) writer.addHistogram('fc1', Float32Array.of(step, 2, 3), step);
  writer.addScalar('loss', 0.5, 50);
  await writer.flush();
  await page.until('viewer.store.histograms(".", "fc1").length === 50 && viewer.store.scalars(".", "loss")');
  // A new run, while the page is open.
  const second = new SummaryWriter(join(directory, 'second'));
  second.addScalar('loss', 1, 0);
  await second.close();
  await page.until('viewer.store.runs.length === 2');
  await picturesAppear(page);
  await writer.close();
  await server.stop();
});

test('cut, corrupt and foreign files are warned about, and the others shown', async (open) => {
  const directory = folder('bad');
  const write = async (run) => {
    const writer = new SummaryWriter(join(directory, run));
    for (let step = 0; step < 10; step++) writer.addHistogram('fc1', Float32Array.of(step, 1, 2), step);
    await writer.close();
    const [name] = readdirSync(join(directory, run));
    return join(directory, run, name);
  };
  await write('whole');
  const torn = await write('torn');
  const end = readFileSync(torn).subarray(-5);
  truncateSync(torn, readFileSync(torn).length - 5);
  const corrupt = await write('corrupt');
  const bytes = readFileSync(corrupt);
  bytes[bytes.length >> 1] ^= 0xff;
  writeFileSync(corrupt, bytes);
  mkdirSync(join(directory, 'foreign'));
  writeFileSync(join(directory, 'foreign', 'picture.tfevents'), Buffer.alloc(5000, 0x89));
  writeFileSync(join(directory, 'foreign', 'empty.tfevents'), '');
  const server = await startView(directory);
  const page = await open(server.url);
  await page.until('viewer.store.histograms("whole", "fc1")?.length === 10');
  await page.until('viewer.store.histograms("torn", "fc1")?.length === 9');
  await page.until('viewer.store.histograms("corrupt", "fc1")?.length > 3');
  await page.locator('.warnings li', { hasText: 'picture.tfevents' }).waitFor({ state: 'attached' });
  assert.ok((await warnings(page)).some((text) => text.includes('corrupt/')));
  // The rest of the cut record arrives.
  appendFileSync(torn, end);
  await page.until('viewer.store.histograms("torn", "fc1").length === 10');
  // One file shrinks and one vanishes while the page is open.
  const lost = await write('lost');
  await page.until('viewer.store.histograms("lost", "fc1")?.length === 10');
  truncateSync(lost, 100);
  rmSync(corrupt);
  await page.locator('.warnings li', { hasText: /lost.*shorter/ }).waitFor({ state: 'attached' });
  await picturesAppear(page);
  await server.stop();
});

test('markup in names and texts stays text', async (open) => {
  const directory = folder('markup');
  const bad = '<img src=x onerror=alert(1)><script>alert(2)</script>';
  const writer = new SummaryWriter(join(directory, '<b>run'), {});
  writer.addScalar(bad, 1, 0);
  writer.addScalar(bad, 2, 1);
  writer.addHistogram(`${bad}/h`, Float32Array.of(1, 2), 0);
  writer.addText(bad, `${bad} [a](javascript:alert(3)) ![b](http://example.org/x.png)`, 0);
  await writer.close();
  const server = await startView(directory);
  const page = await open(server.url);
  await page.until('viewer.store.tags("text").length === 1 && viewer.store.tags("histogram").length === 1');
  await page.evaluate(() => document.querySelector('#viewer').scrollIntoView(false));
  await page.settle();
  const inserted = await page.evaluate(
    `[...${ROOT}.querySelectorAll('img[src="x"], img[src^="http"], script, a[href^="javascript"], h4 b, .run b')].map((one) => one.outerHTML)`,
  );
  assert.deepEqual(inserted, []);
  await server.stop();
});

test('ten thousand tags are listed, filtered, and few of them drawn', async (open) => {
  const directory = folder('many');
  const writer = new SummaryWriter(directory, { maxQueue: 10_000 });
  for (let tag = 0; tag < 10_000; tag++) writer.addScalar(`group${tag % 40}/tag${tag}`, tag, 0);
  await writer.close();
  const server = await startView(directory);
  const page = await open(server.url);
  await page.until('viewer.store.tags("scalar").length === 10_000');
  await page.evaluate(() => globalThis.viewer.state.change({ filter: 'tag9999' }));
  await page.until(`${ROOT}.querySelectorAll('.card').length === 1`);
  await page.evaluate(() => globalThis.viewer.state.change({ filter: '' }));
  await page.until(`${ROOT}.querySelectorAll('.card canvas').length > 1`);
  const drawn = await page.evaluate(
    () => document.querySelector('#viewer').shadowRoot.querySelectorAll('canvas').length,
  );
  assert.ok(drawn < 300, `${drawn} canvases`);
  await server.stop();
});

test('nothing but NaN, a step that goes backwards, and one value of 1e30 are shown', async (open) => {
  const directory = folder('odd');
  const writer = new SummaryWriter(directory);
  const gaussian = Float32Array.from({ length: 999 }, (_, i) => Math.sin(i) + Math.sin(i * 1.7));
  for (const step of [0, 1, 2, 3, 1, 2, 4]) {
    writer.addScalar('nan', Number.NaN, step);
    writer.addHistogram('nan', Float32Array.of(Number.NaN, Number.NaN), step);
    writer.addHistogram('large', Float32Array.of(...gaussian, 1e30), step);
    writer.addHistogramRaw(
      'raw',
      {
        min: Number.NaN,
        max: Number.NaN,
        num: 5,
        sum: Number.NaN,
        sumSquares: Number.NaN,
        bucketLimits: [1],
        bucketCounts: [0],
      },
      step,
    );
  }
  await writer.close();
  const server = await startView(directory);
  const page = await open(server.url);
  await page.until('viewer.store.histograms(".", "large")?.length > 3 && viewer.store.scalars(".", "nan")');
  await page.settle();
  assert.ok((await colours(page)).length >= 1);
  assert.ok(await page.evaluate('viewer.store.alerts.length > 0'));
  await server.stop();
});

test('the page warns about a server that is gone, and goes on when it is back', async (open) => {
  const directory = folder('again');
  const writer = new SummaryWriter(directory);
  writer.addScalar('loss', 1, 0);
  await writer.flush();
  const first = await startView(directory);
  const page = await open(first.url);
  await page.until('viewer.store.scalars(".", "loss")?.length === 1');
  await first.stop();
  await page.locator('.warnings li', { hasText: 'the server does not answer' }).waitFor({ state: 'attached' });
  writer.addScalar('loss', 0.5, 1);
  await writer.close();
  const second = await startView(directory, '--port', new URL(first.url).port);
  await page.until('viewer.store.scalars(".", "loss").length === 2');
  await second.stop();
});

test('only the parts that the page shows are loaded, and one that cannot be loaded says so', async (open) => {
  const directory = folder('parts');
  const writer = new SummaryWriter(directory);
  writer.addScalar('loss', 1, 0);
  await writer.close();
  const server = await startView(directory);
  const page = await open(server.url);
  await picturesAppear(page);
  const parts = page.requests.filter((url) => /(scalars|histograms|later|activation-card|markdown)\.js$/.test(url));
  assert.deepEqual(parts, [`${server.url}scalars.js`]);
  await server.stop();
  await page.evaluate(() => {
    const bins = { edges: Float64Array.of(0, 1), counts: Float64Array.of(1) };
    const summary = { count: 1, mean: 0, std: 0, min: 0, max: 0, zeros: 1, nan: 0, below: 0, above: 0 };
    const others = { positiveInfinity: 0, negativeInfinity: 0, unknown: 0 };
    const point = {
      kind: 'histogram',
      run: '.',
      tag: 'fc1',
      step: 0,
      wallTime: 1,
      bins,
      summary: { ...summary, ...others },
    };
    globalThis.viewer.store.add([point]);
  });
  await page.locator('.card.histogram', { hasText: 'This card could not be loaded.' }).waitFor();
});

test('a report opens from a disk with the network off, and asks for nothing', async (open) => {
  const path = join(folder('report'), 'report.html');
  execFileSync(process.execPath, [COMMAND, 'report', FIXTURE, '-o', path]);
  const url = pathToFileURL(path).href;
  const page = await open(url, { offline: true });
  await page.until('viewer.store.tags("histogram").length > 2');
  await picturesAppear(page);
  // It contains what the viewer of the directory contains, and that is all that the files hold: 3 images and 2 texts too.
  const server = await startView(FIXTURE);
  const live = await open(server.url);
  const content = `(() => { const { store } = viewer; return ['histogram', 'scalar', 'image', 'text'].flatMap((kind) => store.tags(kind).flatMap((tag) => store.runs.map((run) =>
    [run, tag, store.histograms(run, tag)?.length ?? 0, store.scalars(run, tag)?.length ?? 0, store.images(run, tag).length, store.texts(run, tag).length]))); })()`;
  const { histograms, scalars } = JSON.parse(readFileSync(join(FIXTURE, 'expected.json'), 'utf8'));
  const all = histograms.length + scalars.reduce((sum, { steps }) => sum + steps.length, 0) + 3 + 2;
  const hasAll = `[...new Map(${content}.map(([run, tag, ...counts]) => [run + ' ' + tag, counts])).values()].flat().reduce((sum, count) => sum + count, 0) === ${all}`;
  await page.until(hasAll);
  await live.until(hasAll);
  assert.deepEqual(await page.evaluate(content), await live.evaluate(content));
  assert.deepEqual(
    page.requests.filter((one) => one !== url),
    [],
  );
  // A report has no source to pause.
  const pause = { hasText: /^Pause$/ };
  assert.equal(await page.locator('button', pause).isVisible(), false);
  assert.equal(await live.locator('button', pause).isVisible(), true);
  await page.press('p');
  assert.equal(await page.evaluate('viewer.state.view.steps.size'), 0);
  await server.stop();
});

await tests.run();
rmSync(temporary, { recursive: true });
// Servers of tests that failed may still run.
process.exit();
