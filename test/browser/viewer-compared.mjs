// What docs/viewer.md says of this page beside TensorBoard's, row by row, in Chromium and Firefox: each row of the table has
// a check here, and each check a row.
//
//   npm run build && node test/browser/viewer-compared.mjs [part of a row] [--in chromium|firefox]
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SummaryWriter } from '../../dist/tensorboard.js';
import { suite } from './harness/suite.mjs';
import { startView } from './viewer-command.mjs';

const fixture = (name) => fileURLToPath(new URL(`../fixtures/logs/${name}`, import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'layertap-compared-'));
const START = Date.UTC(2026, 10, 27, 9, 0, 0) / 1000;
const RUNS = ['sweep/seed=0', 'sweep/seed=1', 'baseline'];
/** Rising and falling lines; one record of the first run is far from all others. */
const lossOf = (run, step) =>
  run === 'baseline' ? -step : run === 'sweep/seed=0' && step === 7 ? 1e6 : step * (run === 'sweep/seed=0' ? 1 : 2);
for (const run of RUNS) {
  const writer = new SummaryWriter(join(directory, run));
  for (let step = 0; step <= 20; step++) {
    const wallTime = START + step * 60;
    writer.addScalar('loss', lossOf(run, step), step, { wallTime });
    writer.addScalar('iterations', step, step * 1000, { wallTime });
    writer.addHistogram(
      'layer',
      Float64Array.from({ length: 100 }, (_, i) => (i - 50) * (1 + step / 20)),
      step,
      { wallTime },
    );
  }
  for (const step of [0, 1])
    writer.addText('notes', `# Step ${step}\n\n![p](https://example.org/p.png)`, step, { wallTime: START + step });
  await writer.close();
}
// Images, as TensorFlow writes them, and what is not shown.
cpSync(fixture('tensorflow/adam'), join(directory, 'tensorflow'), { recursive: true });
cpSync(fixture('tensorboardx'), join(directory, 'tensorboardx'), { recursive: true });
const server = await startView(directory);

const change = async (page, changes) => {
  await page.evaluate((changes) => globalThis.viewer.state.change(changes), changes);
  await page.settle();
};
const choose = async (page, text) => {
  await page.locator('.toolbar .choice label', { hasText: text }).click();
  await page.settle();
};
const card = (tag) => `.card[aria-label="${tag}"]`;
const HISTOGRAM = 'layer, sweep/seed=0';

/** Chooses in the menu of a card. */
async function menu(page, tag, text) {
  await page.locator(card(tag)).scrollIntoViewIfNeeded();
  await page.locator(`${card(tag)} .icon`).click();
  await page.locator('.menu button', { hasText: text }).click();
  await page.settle();
}
async function saved(page, tag, format) {
  const { bytes } = await page.download(() => menu(page, tag, `Save as ${format}`));
  return bytes;
}

/** The labels of the axis of values of a card, with their heights, and of the axis below. */
async function labels(page, tag) {
  const svg = String(await saved(page, tag, 'SVG'));
  const texts = [...svg.matchAll(/<text x="([-\d.]+)" y="([-\d.]+)"([^>]*)>([^<]*)</g)];
  const of = (anchor) =>
    texts
      .filter(([, , , attributes]) => attributes.includes(`text-anchor="${anchor}"`))
      .map(([, x, y, , text]) => ({ x: Number(x), y: Number(y), text: text.replace('−', '-') }));
  return { svg, values: of('end'), below: of('middle').map(({ text }) => text) };
}

/** The middle of the plot of a scalar card at a step from 0 to 20. */
async function placeOf(page, tag, step, height = 80) {
  await page.locator(card(tag)).scrollIntoViewIfNeeded();
  await page.settle();
  const plot = page.locator(`${card(tag)} .plot`);
  const { x, y, width } = await plot.boundingBox();
  return { x: x + 52 + ((width - 64) * step) / 20, y: y + height };
}
const point = async (page, tag, step) => {
  const { x, y } = await placeOf(page, tag, step);
  await page.mouse.move(x, y);
  await page.locator('.run-table').waitFor();
  await page.settle();
};
const rows = (page) =>
  page.evaluate(() =>
    [...document.querySelector('#viewer').shadowRoot.querySelectorAll('.run-table [data-row]')].map((row) =>
      [...row.querySelectorAll('[role=rowheader] button, [role=cell]')].map(
        (cell) => cell.getAttribute('aria-label') ?? cell.textContent,
      ),
    ),
  );

async function brush(page, tag, from, to) {
  const [a, b] = [await placeOf(page, tag, from), await placeOf(page, tag, to)];
  await page.mouse.move(a.x, a.y);
  await page.mouse.down();
  await page.mouse.move(b.x, b.y, { steps: 4 });
  await page.mouse.up();
  await page.settle();
}

/** The units of an axis, as the labels of a card show them. */
async function unitsOf(page, tag) {
  // The fixtures are of another day.
  await page.evaluate((shown) => {
    const { store, state } = globalThis.viewer;
    state.change({ hiddenRuns: new Set(store.runs.filter((run) => !shown.includes(run))) });
  }, RUNS);
  const found = {};
  for (const unit of ['Step', 'Relative', 'Wall']) {
    await choose(page, unit);
    found[unit] = (await labels(page, tag)).below;
  }
  assert.ok(found.Step.includes('10'), `${found.Step}`);
  assert.ok(found.Relative.includes('10m'), `${found.Relative}`);
  assert.ok(
    found.Wall.every((label) => /^\d\d:\d\d$/.test(label)),
    `${found.Wall}`,
  );
}

/** By the bold word that begins a part of the table, and the first cell of a row. */
const CHECKS = {
  async 'Scalars: smoothing'(page) {
    const slider = page.locator('.smoothing input');
    assert.equal(await slider.getAttribute('max'), '0.999');
    await slider.fill('0.9');
    await page.settle();
    const csv = String(await saved(page, 'loss', 'CSV'))
      .trimEnd()
      .split('\r\n');
    const column = csv[0].split(',').indexOf('smoothed');
    const smoothed = csv.map((line) => line.split(',')).filter(([run]) => run === 'sweep/seed=1');
    // An average whose weights are exponential, divided by their sum.
    let sum = 0;
    for (let step = 0; step <= 20; step++) {
      sum = sum * 0.9 + 0.1 * lossOf('sweep/seed=1', step);
      const expected = sum / (1 - 0.9 ** (step + 1));
      assert.ok(Math.abs(smoothed[step][column] - expected) < 1e-9 * (1 + expected), `step ${step}`);
    }
  },
  async 'Scalars: ignore outliers in the range'(page) {
    const most = async () => Math.max(...(await labels(page, 'loss')).values.map(({ text }) => Number(text)));
    assert.ok((await most()) < 100);
    await page.locator('.smoothing button', { hasText: 'Outliers' }).click();
    await page.settle();
    assert.ok((await most()) > 1e5);
  },
  async 'Scalars: logarithmic axis of values'(page) {
    await page.locator('.smoothing button', { hasText: 'Log' }).click();
    await page.settle();
    const { values } = await labels(page, 'loss');
    const height = (text) => {
      const found = values.find((label) => label.text === text);
      assert.ok(found, `${text} is not among ${values.map(({ text }) => text)}`);
      return found.y;
    };
    const [zero, one, ten] = [height('0'), height('1'), height('10')];
    assert.ok(height('-10') > zero, 'negative numbers are below 0');
    assert.ok((zero - ten) / (zero - one) < 6, 'on a linear axis it is 10');
  },
  async 'Scalars: step, relative, wall time'(page) {
    await unitsOf(page, 'loss');
    await choose(page, 'Step');
    const names = (await page.locator('.axes label').allTextContents()).slice(0, 2);
    assert.deepEqual(
      names.map((name) => /^steps? [\d,–]+/.exec(name)?.[0]),
      ['steps 0–20', 'steps 0–20,000'],
    );
  },
  async 'Scalars: tooltip: nearest record of each run, sorted'(page) {
    await change(page, { smoothing: 0 });
    const expected = RUNS.map((run) => [run, String(lossOf(run, 10)).replace('-', '−'), '10', '10m']).sort();
    const sorted = async () => (await rows(page)).filter(([, value]) => value !== '–').sort();
    await point(page, 'loss', 10.2);
    assert.deepEqual(await sorted(), expected);
    await page.locator('.run-table .head button', { hasText: 'value' }).click();
    await page.settle();
    assert.deepEqual(
      (await rows(page)).slice(0, 2).map(([run]) => run),
      ['sweep/seed=1', 'sweep/seed=0'],
    );
    // By keys: from the last record ten back.
    await page.mouse.move(5, 5);
    await page.evaluate('viewer.state.change({ hover: undefined })');
    await page.locator(`${card('loss')} .plot`).focus();
    await page.settle();
    for (let i = 0; i < 10; i++) await page.press('ArrowLeft');
    await page.locator('.run-table').waitFor();
    await page.settle();
    assert.deepEqual(await sorted(), expected);
  },
  async 'Scalars: zoom by a drag, reset by a double click'(page) {
    const width = async () => {
      const zoomed = await page.evaluate('[...viewer.state.view.steps.values()][0]');
      return zoomed === undefined || zoomed === null ? 20 : zoomed[1] - zoomed[0];
    };
    const plot = page.locator(`${card('loss')} .plot`);
    await brush(page, 'loss', 5, 10);
    await plot.focus();
    await page.press('Enter');
    await page.settle();
    assert.ok(Math.abs((await width()) - 5) < 0.5, `${await width()}`);
    await plot.dblclick();
    await page.settle();
    assert.equal(await width(), 20);
    await point(page, 'loss', 10);
    await page.mouse.wheel({ deltaY: -200 });
    await page.settle();
    assert.ok((await width()) < 20);
    await plot.dblclick();
    await page.settle();
    assert.equal(await width(), 20);
  },
  async 'Scalars: full width'(page) {
    const width = async () => (await page.locator(card('loss')).boundingBox()).width;
    const before = await width();
    await menu(page, 'loss', 'Larger or smaller');
    assert.ok((await width()) > 1.9 * before);
    await menu(page, 'loss', 'Larger or smaller');
    assert.equal(await width(), before);
  },
  async 'Scalars: download as SVG, CSV, JSON'(page) {
    assert.deepEqual([...(await saved(page, 'loss', 'PNG')).subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
    assert.match(String(await saved(page, 'loss', 'SVG')), /^<svg [\s\S]*<\/svg>/);
    // A heading, and 21 records of three runs; those of the fixtures come to them.
    const lines = String(await saved(page, 'loss', 'CSV'))
      .trimEnd()
      .split('\r\n');
    const ours = lines.filter((line) => RUNS.some((run) => line.startsWith(`${run},`)));
    assert.equal(ours.length, 63);
    assert.equal(JSON.parse(String(await saved(page, 'loss', 'JSON'))).length, lines.length - 1);
  },
  async 'Scalars: data table of pinned cards, step selector'(page) {
    await brush(page, 'loss', 5, 10);
    const [from, to] = await page.evaluate('[...viewer.state.view.brush.values()][0]');
    assert.ok(Math.abs(from - 5) < 0.3 && Math.abs(to - 10) < 0.3, `${from} ${to}`);
    await point(page, 'loss', 12);
    assert.ok((await rows(page)).length >= 3);
    await page.locator(`${card('loss')} .icon`).click();
    await page.locator('.menu button').first().waitFor();
    const items = await page.locator('.menu button').allTextContents();
    assert.deepEqual(
      items.filter((text) => /pin/i.test(text)),
      [],
    );
  },
  async 'Scalars: runs: regular expression, boxes, colours'(page) {
    const field = page.locator('.runs-panel input[type=search]');
    const names = async () => {
      await page.settle();
      const found = await page.evaluate(() =>
        Array.from(
          document.querySelector('#viewer').shadowRoot.querySelectorAll('.run-line:not(.group) input[type=checkbox]'),
          (box) => box.getAttribute('aria-label'),
        ),
      );
      return found.sort();
    };
    await field.fill('/seed=[01]$/');
    assert.deepEqual(await names(), ['sweep/seed=0', 'sweep/seed=1']);
    await field.fill('base');
    assert.deepEqual(await names(), ['baseline']);
    await page.locator('.run-line .only').click();
    await page.settle();
    assert.equal(
      await page.evaluate('viewer.store.runs.filter((run) => !viewer.state.view.hiddenRuns.has(run)).join()'),
      'baseline',
    );
    await field.fill('');
    await page.settle();
    await page.locator('.runs-panel button', { hasText: /^All$/ }).click();
    await page.locator('.run-line.group input').first().click();
    await page.settle();
    assert.equal((await page.evaluate('[...viewer.state.view.hiddenRuns]')).length, 2, 'a group is hidden');
    const colours = await page.evaluate(() =>
      [...document.querySelector('#viewer').shadowRoot.querySelectorAll('.run-line input[type=color]')].map(
        ({ value }) => value,
      ),
    );
    assert.equal(new Set(colours).size, colours.length);
  },
  async 'Scalars: colours of runs by a regular expression'(page) {
    await page.locator('input[aria-label="Colour of baseline"]').fill('#ff00aa');
    await point(page, 'loss', 10);
    const dot = await page.evaluate(() => {
      const button = document.querySelector('#viewer').shadowRoot.querySelector('.run-table [aria-label="baseline"]');
      return getComputedStyle(button.parentNode.querySelector('.dot')).backgroundColor;
    });
    assert.equal(dot, 'rgb(255, 0, 170)');
  },
  async 'Scalars: link to a view'(page) {
    const before = await page.evaluate('location.href');
    await change(page, { filter: 'loss', axis: 'wall' });
    assert.equal(await page.evaluate('location.href'), before);
  },
  async 'Histograms: overlay or offset'(page) {
    const brushed = [5, 8];
    await page.evaluate((range) => globalThis.viewer.state.change({ brush: new Map([['layer', range]]) }), brushed);
    const pictures = {};
    for (const name of ['Heat', 'Ridge', 'Overlay']) {
      await choose(page, name);
      pictures[name] = await labels(page, HISTOGRAM);
    }
    // Heat: all steps below the plot. The others have the values there, and a curve for each of the four brushed steps.
    assert.ok(pictures.Heat.below.includes('20'));
    const curves = ({ svg }) => [...svg.matchAll(/<path /g)].length;
    assert.ok(curves(pictures.Ridge) >= 4 && curves(pictures.Overlay) >= 4);
    const steps = (text) => [...text.matchAll(/>(\d+)<\/text>/g)].map(([, step]) => step);
    for (const step of ['5', '8']) assert.ok(steps(pictures.Ridge.svg).includes(step), `${step} is named`);
    assert.notEqual(pictures.Ridge.svg, pictures.Overlay.svg);
  },
  async 'Histograms: step, relative, wall time'(page) {
    await unitsOf(page, HISTOGRAM);
  },
  async 'Distributions: percentiles over steps'(page) {
    const { svg } = await labels(page, HISTOGRAM);
    for (const share of ['25%', '50%', '75%']) assert.ok(svg.includes(`>${share}</text>`), share);
    await choose(page, 'Overlaid');
    const overlaid = await labels(page, 'layer');
    for (const run of RUNS) assert.ok(overlaid.svg.includes(`>${run}</text>`), `${run} is named`);
    // A band of each run.
    assert.ok([...overlaid.svg.matchAll(/<path [^>]*fill-opacity/g)].length >= 3);
  },
  async 'Text: Markdown, of each step'(page) {
    const text = `${card('notes/text_summary, baseline')}`;
    await page.locator(text).scrollIntoViewIfNeeded();
    await page.locator(`${text} .markdown`).waitFor();
    const shown = () => page.locator(`${text} .text`).textContent();
    assert.match(await shown(), /^Step 1/);
    await page.locator(`${text} input[type=range]`).fill('0');
    await page.settle();
    assert.match(await shown(), /^Step 0/);
    assert.equal(await page.locator(`${text} img`).count(), 0);
    assert.equal(await page.locator(`${text} .picture a`).getAttribute('href'), 'https://example.org/p.png');
    assert.deepEqual(
      page.requests.filter((url) => url.includes('example.org')),
      [],
    );
    await page.locator('.section-tools label', { hasText: 'Markdown' }).click();
    await page.settle();
    assert.match(await shown(), /^# Step 0/);
  },
  async 'Images: step, size, brightness, contrast'(page) {
    const image = page.locator('.card.image img').first();
    await page.locator('.card.image').first().scrollIntoViewIfNeeded();
    await image.waitFor();
    await page.locator('.section-tools select').fill('4');
    const sliders = page.locator('.section-tools input[type=range]');
    await sliders.first().fill('2');
    await sliders.nth(1).fill('0.5');
    await page.settle();
    const { filter, zoom } = await image.evaluate((one) => {
      const { filter, zoom } = getComputedStyle(one);
      return { filter, zoom };
    });
    assert.deepEqual([filter, zoom], ['brightness(2) contrast(0.5)', '4']);
    // Of several images of a step all are shown, or one.
    await page.evaluate(() => {
      const { store } = globalThis.viewer;
      const [tag] = store.tags('image');
      const run = store.runs.find((one) => store.images(one, tag)?.length > 0);
      const [point] = store.images(run, tag);
      const images = Array(3).fill(point.images[0]);
      store.add([0, 5].map((step) => ({ ...point, run, tag: 'several', kind: 'image', step, images })));
    });
    await page.locator('.card.image[aria-label^="several"]').waitFor({ state: 'attached' });
    const frame = '.card.image[aria-label^="several"]';
    await page.locator(frame).scrollIntoViewIfNeeded();
    await page.locator(`${frame} img`).first().waitFor();
    const alts = () => page.locator(frame).evaluate((one) => [...one.querySelectorAll('img')].map(({ alt }) => alt));
    assert.equal((await alts()).length, 3);
    await page.locator(`${frame} .which`).fill('2');
    await page.settle();
    assert.deepEqual(
      (await alts()).map((alt) => /image \d of \d+$/.exec(alt)?.[0]),
      [`image 2 of ${3}`],
    );
    assert.match((await alts())[0], /at step 5,/);
    await page.locator(`${frame} input[aria-label^="Step"]`).fill('0');
    await page.settle();
    assert.match((await alts())[0], /at step 0,/);
  },
  async 'Images: sound, meshes, precision-recall curves, custom layouts, hyperparameters, graphs, embeddings'(page) {
    const line = await page.locator('.not-shown').textContent();
    const [, counts] = /^Not shown here, but by TensorBoard \(tensorboard --logdir\): (.*)\.$/.exec(line);
    assert.deepEqual(counts.split(', ').sort(), [
      '1 custom layout',
      '1 mesh',
      '1 precision-recall curve',
      '1 run with hyperparameters',
      '1 sound',
    ]);
  },
};

/** The rows of the table in the docs, as {@link CHECKS} name them. */
const docs = readFileSync(fileURLToPath(new URL('../../docs/viewer.md', import.meta.url)), 'utf8');
const [, table] = /\| TensorBoard 2\.21 \| here \|\n\| --- \| --- \|\n((?:\|.*\n)+)/.exec(docs);
let part = '';
const documented = table
  .trimEnd()
  .split('\n')
  .map((row) => {
    const [, cell] = row
      .split(' | ')
      .map((text) => text.trim())[0]
      .match(/^\| (.*)$/);
    const [, bold, rest] = /^(?:\*\*(\w+)\*\*: )?(.*)$/.exec(cell);
    part = bold ?? part;
    return `${part}: ${rest}`;
  });
assert.deepEqual(Object.keys(CHECKS), documented, 'each row of the table in docs/viewer.md has a check');

/** A page that is closed may still ask a server that is gone. */
const tests = suite('viewer compared', { expected: /ERR_CONNECTION_REFUSED/ });
for (const [name, check] of Object.entries(CHECKS)) {
  tests.test(name, async (open) => {
    const page = await open(server.url, { viewport: { width: 1200, height: 900 } });
    await page.until('viewer.store.runs.length === 6');
    await page.until('document.querySelector("#viewer").shadowRoot.querySelector("progress").hidden');
    await page.until(
      `[${RUNS.map((run) => `'${run}'`)}].every((run) => viewer.store.scalars(run, 'iterations').length === 21)`,
    );
    await page.settle();
    await check(page);
  });
}
await tests.run();
await server.stop();
rmSync(directory, { recursive: true });
