// Axes of the viewer, in Chromium and Firefox: groups of tags, time, and cards with a slider, on directories as people have
// them.
//
//   npm run build && node test/browser/viewer-axes.mjs [part of a test's name] [--in chromium|firefox]
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from './harness/suite.mjs';
import { startView } from './viewer-command.mjs';
import { START, writeGap, writeKeras, writeManyDigits, writeResumed } from './viewer-directories.mjs';

const temporary = mkdtempSync(join(tmpdir(), 'layertap-axes-'));
const directories = { keras: writeKeras, gap: writeGap, resumed: writeResumed, digits: writeManyDigits };
const servers = {};
for (const [name, write] of Object.entries(directories)) {
  await write(join(temporary, name));
  servers[name] = await startView(join(temporary, name));
}
const tests = suite('viewer axes');

/** A test on the page of a directory. */
function test(name, directory, ready, run, options) {
  tests.test(name, async (open) => {
    const page = await open(servers[directory].url, { viewport: { width: 1200, height: 1000 }, ...options });
    await page.until(`viewer.store !== undefined && ${ready}`);
    await page.settle();
    await run(page);
  });
}
const KERAS = 'viewer.store.scalars("validation", "evaluation_loss_vs_iterations")?.length === 10';
const GAP = 'viewer.store.histograms("run", "iterations")?.length === 31';
const DIGITS = 'viewer.store.scalars("run", "iterations")?.length === 60';
const RESUMED = 'viewer.store.scalars("resumed", "loss")?.newest === 99';

/** Maps as entries. */
const view = (page) =>
  page.evaluate(() => {
    const { steps, brush, hover, axes, axis } = globalThis.viewer.state.view;
    return { steps: [...steps], brush: [...brush], hover, axes, axis };
  });
const change = (page, changes) => page.evaluate((changes) => globalThis.viewer.state.change(changes), changes);

/** Whether the mark of the pointer is in a scalar card. */
const isMarked = (page, tag) => page.locator(`.card[aria-label="${tag}"] .cursor`).isVisible();

test('epochs and iterations have axes of their own, which are linked and parted', 'keras', KERAS, async (page) => {
  const names = () => page.locator('.axes label').allTextContents();
  const [epochs, iterations] = await names();
  assert.equal(epochs, 'steps 0–9conv2d/kernel, 5 more');
  // The runs are read by turns, and either may come first.
  assert.match(iterations, /^steps 0–15,000(batch_loss|evaluation_loss_vs_iterations), 1 more$/);
  await page.locator('.card[aria-label=epoch_loss]').scrollIntoViewIfNeeded();
  await page.settle();
  await change(page, { hover: { step: 4, tag: 'dense/kernel', run: 'train' } });
  await page.settle();
  assert.deepEqual([await isMarked(page, 'epoch_loss'), await isMarked(page, 'batch_loss')], [true, false]);
  await page.locator('.axes input').first().check();
  await page.locator('.axes input').nth(1).check();
  await page.locator('.axes-tools button', { hasText: 'Link' }).click();
  await page.settle();
  assert.deepEqual(await names(), ['steps 0–15,000conv2d/kernel, 7 more']);
  assert.deepEqual([await isMarked(page, 'epoch_loss'), await isMarked(page, 'batch_loss')], [true, true]);
  await page.locator('.axes input').first().check();
  await page.locator('.axes-tools button', { hasText: 'Part' }).click();
  await page.settle();
  assert.equal((await names()).length, 2);
  await page.locator('.axes-tools button', { hasText: 'As at first' }).click();
  assert.deepEqual((await view(page)).axes, []);
});

test('the toolbar has the range of what is in view, or how many axes there are', 'keras', KERAS, async (page) => {
  const status = async () => {
    await page.settle();
    return [await page.locator('.status').textContent(), await page.locator('.status').getAttribute('title')];
  };
  assert.deepEqual(await status(), ['2 axes', 'steps 0–9\nsteps 0–15,000']);
  await change(page, { filter: 'epoch' });
  assert.deepEqual(await status(), ['steps 0–9', 'steps 0–9']);
  await change(page, { filter: '/^batch/', axis: 'relative' });
  assert.deepEqual(await status(), ['0s – 1h 20m', '0s – 1h 20m']);
  await change(page, { filter: 'no such tag' });
  assert.deepEqual(await status(), ['nothing in view', '']);
});

/** The texts of a picture that reach beyond its sides, and the pairs of texts on a line that touch each other. */
function misplaced(svg) {
  const { documentElement } = new DOMParser().parseFromString(svg, 'image/svg+xml');
  const picture = document.body.appendChild(document.importNode(documentElement, true));
  const width = Number(picture.getAttribute('width'));
  const texts = [...picture.querySelectorAll('text')].map((text) => {
    const { x, y, width, height } = text.getBBox();
    return { name: text.textContent, left: x, right: x + width, middle: y + height / 2 };
  });
  picture.remove();
  const wrong = texts.filter(({ left, right }) => left < 0 || right > width).map(({ name }) => name);
  for (const a of texts) {
    for (const b of texts) {
      const isBeside = Math.abs(a.middle - b.middle) < 3 && a.left <= b.left && a !== b;
      if (isBeside && b.left < a.right + 2) wrong.push(`${a.name} ${b.name}`);
    }
  }
  return { count: texts.length, wrong };
}

for (const width of [420, 1200]) {
  test(
    `labels are whole, within their card and apart from each other: ${width} pixels`,
    'digits',
    DIGITS,
    async (page) => {
      for (const axis of ['step', 'relative', 'wall']) {
        await change(page, { axis });
        for (const tag of ['layer', 'constant', 'iterations']) {
          await page.settle();
          await page.locator(`.card[aria-label^="${tag}"] .icon`).click();
          const save = page.locator('.menu button', { hasText: 'Save as SVG' });
          const { bytes } = await page.download(() => save.click());
          // The table below the card would cover the next one.
          await page.evaluate(() => document.querySelector('#viewer').shadowRoot.activeElement?.blur());
          await page.mouse.move(5, 5);
          const { count, wrong } = await page.evaluate(misplaced, String(bytes));
          assert.ok(count >= 6, `${count} texts`);
          assert.deepEqual(wrong, [], `${tag} over ${axis}`);
        }
      }
    },
    { viewport: { width, height: 1000 } },
  );
}

test('a card gets an axis of its own by its menu', 'keras', KERAS, async (page) => {
  await page.locator('.card[aria-label="dense/kernel, train"] .icon').click();
  await page.locator('.menu button', { hasText: 'An axis of its own' }).click();
  await page.settle();
  assert.equal(await page.locator('.overview .block').count(), 2);
  assert.deepEqual((await view(page)).axes[0], ['dense/kernel']);
});

test('a brush, by pointer and by keys, is of its group', 'keras', KERAS, async (page) => {
  const plot = page.locator('.card[aria-label=epoch_loss] .plot');
  await plot.scrollIntoViewIfNeeded();
  await page.settle();
  const { x, y, width } = await plot.boundingBox();
  const at = (epoch) => x + 52 + ((width - 64) * epoch) / 9;
  await page.mouse.move(at(2), y + 50);
  await page.mouse.down();
  await page.mouse.move(at(5), y + 50, { steps: 4 });
  await page.mouse.up();
  await page.settle();
  const [[tag, brush]] = (await view(page)).brush;
  assert.equal(tag, 'epoch_loss');
  assert.deepEqual(brush.map(Math.round), [2, 5]);
  const bands = await page.evaluate(() =>
    [...document.querySelector('#viewer').shadowRoot.querySelectorAll('.card.scalar')].map((card) => [
      card.getAttribute('aria-label'),
      card.querySelector('.brush')?.hidden,
    ]),
  );
  assert.deepEqual(
    bands.filter(([, hidden]) => hidden === false).map(([name]) => name),
    ['epoch_loss'],
  );
  await plot.focus();
  await page.press('Enter');
  assert.equal((await view(page)).steps[0][0], 'epoch_loss');
  await page.press('Escape');
  assert.deepEqual((await view(page)).steps, []);
});

test('the overview has a block for each axis, and is blank where steps are missing', 'gap', GAP, async (page) => {
  await page.mouse.move(5, 5);
  await page.settle();
  const blocks = await page.evaluate(() => {
    const root = document.querySelector('#viewer').shadowRoot;
    return [...root.querySelectorAll('.overview .block')].map((block) => {
      const canvas = block.querySelector('canvas');
      const { width } = canvas;
      const copy = new OffscreenCanvas(width, canvas.height).getContext('2d');
      copy.drawImage(canvas, 0, 0);
      // Along the middle of the first row: which parts are painted.
      const row = copy.getImageData(0, Math.round(8 * devicePixelRatio), width, 1).data;
      const painted = Array.from({ length: width }, (_, x) => row[x * 4 + 3] > 0);
      return { width, painted };
    });
  });
  assert.equal(blocks.length, 2);
  // 31 steps from the axis, at the right of the names, to 12 pixels from the right.
  const shareOf = ({ painted }) => {
    const from = painted.length - 12 - 31 * Math.floor((painted.length * 0.85) / 31);
    const cells = painted.slice(from, -12);
    return cells.filter(Boolean).length / cells.length;
  };
  const [epochs, iterations] = blocks.map(shareOf);
  assert.ok(iterations > 0.97, `iterations: ${iterations}`);
  // 12 of 31 steps are missing; the cells of 4 and 17 reach a little into the gap.
  assert.ok(epochs > 0.45 && epochs < 0.75, `epochs: ${epochs}`);
});

test('on an axis of time a brush is the steps of each run then', 'resumed', RESUMED, async (page) => {
  await page.locator('.choice label', { hasText: 'Wall' }).click();
  await page.settle();
  // From step 40 to the end of the pause, which has no records.
  const brush = [START + 40 * 20 - 1, START + 60 * 20 + 1700];
  await page.evaluate((brush) => {
    const { state } = globalThis.viewer;
    state.change({ histograms: 'ridge', brush: new Map([['layer1', brush]]) });
  }, brush);
  await page.settle();
  await page.locator('.card.histogram .icon').click();
  const { bytes } = await page.download(() => page.locator('.menu button', { hasText: 'Save as CSV' }).click());
  const rows = bytes.toString().trimEnd().split('\r\n').slice(1);
  const steps = [...new Set(rows.map((row) => Number(row.split(',')[1])))];
  // Steps 50 to 59 of before the pause were replaced by the resumed run.
  assert.deepEqual(
    steps,
    Array.from({ length: 10 }, (_, i) => 40 + i),
  );
  await page.locator('.card.histogram .icon').click();
  const svg = await page.download(() => page.locator('.menu button', { hasText: 'Save as SVG' }).click());
  assert.match(svg.bytes.toString(), />\d\d:\d\d:\d\d<\/text>/, 'ridges are named by local times');
  // The unit changes, and what was marked in the old one ends.
  await page.locator('.choice label', { hasText: 'Relative' }).click();
  assert.deepEqual((await view(page)).brush, []);
});

test('keys move from record to record in time', 'resumed', RESUMED, async (page) => {
  await change(page, { axis: 'relative' });
  await page.settle();
  await page.locator('.card.histogram [role=application]').focus();
  await page.settle();
  await page.press('Home');
  for (let i = 0; i < 3; i++) await page.press('ArrowRight');
  const { hover } = await view(page);
  assert.deepEqual([hover.step, hover.time, hover.run], [3, 60, 'resumed']);
  await page.press('End');
  // Twenty minutes, half an hour of pause, and 49 steps of 20 seconds.
  assert.equal((await view(page)).hover.time, 60 * 20 + 1800 + 49 * 20);
  await page.settle();
  const text = await page.locator('.card.histogram').textContent();
  assert.match(text, /step 99 · 1h 6m/);
});

test('texts are Markdown, or as they were written', 'keras', KERAS, async (page) => {
  const card = page.locator('.card.text');
  await card.scrollIntoViewIfNeeded();
  await page.locator('.card.text .markdown table').waitFor();
  const found = await page.evaluate(() => {
    const card = document.querySelector('#viewer').shadowRoot.querySelector('.card.text');
    return {
      cells: [...card.querySelectorAll('td')].map(({ textContent }) => textContent),
      links: [...card.querySelectorAll('a')].map(({ href, rel }) => [href, rel]),
      headings: [...card.querySelectorAll('h1, h2, h3')].length,
      bold: card.querySelectorAll('b').length,
    };
  });
  assert.deepEqual(found, {
    cells: ['dense', '128', 'relu', 'dense_1', '10', 'softmax'],
    links: [['https://example.org/paper', 'noopener noreferrer']],
    headings: 0,
    bold: 0,
  });
  await page.locator('.section-tools label', { hasText: 'Markdown' }).click();
  await page.settle();
  assert.match(await page.locator('.card.text pre').first().textContent(), /^# Experiment 12\n\nA \*small\*/);
});

test('images have sizes and colours, pixel by pixel', 'keras', KERAS, async (page) => {
  const image = page.locator('.card.image img').first();
  await page.locator('.card.image').scrollIntoViewIfNeeded();
  await image.waitFor();
  await page.settle();
  const shown = () =>
    image.evaluate((one) => {
      const { imageRendering, filter } = getComputedStyle(one);
      return { width: Math.round(one.getBoundingClientRect().width), imageRendering, filter };
    });
  const fit = await shown();
  assert.ok(fit.width > 100, 'as large as the card allows');
  await change(page, { images: { zoom: 4, brightness: 2, contrast: 0.5 } });
  await page.settle();
  assert.deepEqual(await shown(), {
    width: 4 * 48,
    imageRendering: 'pixelated',
    filter: 'brightness(2) contrast(0.5)',
  });
});

try {
  await tests.run();
} finally {
  for (const server of Object.values(servers)) await server.stop();
  rmSync(temporary, { recursive: true });
}
