// Histogram cards in Chromium and Firefox, under a content security policy without inline styles: pointer, touch and keys, and
// that the values they read are the bins in files that PyTorch wrote. Saves screenshots of every view if a folder is given.
//
//   node test/browser/viewer-cards.mjs [part of a test's name] [--in chromium|firefox] [--pictures folder]
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PICTURES, suite } from './harness/suite.mjs';
import { logFiles, serveCards } from './viewer-cards-server.mjs';

const expected = JSON.parse(readFileSync(fileURLToPath(new URL('../fixtures/viewer/expected.json', import.meta.url))));
if (PICTURES !== undefined) mkdirSync(PICTURES, { recursive: true });

const { address, close } = await serveCards();
// Tests read pixels.
const tests = suite('cards', { expected: /willReadFrequently/ });

/** A test of a page with cards. */
function check(name, request, steps, options = {}) {
  tests.test(
    name,
    async (open) => {
      const page = await open(address);
      await page.until('tools !== undefined');
      await page.evaluate((one) => globalThis.tools.show(one), request);
      await steps(page);
    },
    { viewport: { width: 1340, height: 1000 }, ...options },
  );
}

/** Waits for two frames, after which all requested drawings are done. */
const settle = (page) => page.evaluate(() => globalThis.tools.frame().then(globalThis.tools.frame));
const view = (page) => page.evaluate(() => globalThis.tools.view());
/** The two lines under a card. */
const readout = async (page, card = 0) => {
  await settle(page);
  return page.locator('[role=application]').nth(card).locator(':scope > div:nth-child(2) > div').allTextContents();
};
const said = (page) => page.locator('[aria-live]').first().textContent();
/** The figure of a card, and the plot in it: 52 pixels of axis at the left, 20 of header above, 20 of steps below. */
async function boxOf(page, card = 0) {
  const { x, y, width, height } = await page
    .locator('[role=application]')
    .nth(card)
    .locator(':scope > div')
    .first()
    .boundingBox();
  return { left: x + 52, top: y + 20, bottom: y + height - 20, width, x, y, height };
}

const files = logFiles();
for (const { run, tag, count } of [
  { run: 'lr=0.1', tag: 'fc1', count: 5 },
  { run: 'lr=0.01', tag: 'fc2', count: 5 },
]) {
  const wanted = expected.histograms.filter((one) => one.run === run && one.tag === tag && one.bins > 0);
  const some = wanted.filter((_, i) => i % Math.ceil(wanted.length / count) === 0);
  const hidden = ['lr=0.1', 'lr=0.01'].filter((one) => one !== run);
  check(
    `values under the pointer are the bins that PyTorch wrote: ${run} ${tag}`,
    { files, tags: [tag] },
    async (page) => {
      await page.evaluate((runs) => globalThis.tools.state().change({ hiddenRuns: new Set(runs) }), hidden);
      await settle(page);
      const { left, top, bottom, width } = await boxOf(page);
      for (const one of some) {
        // Moves the pointer along the steps to this one, then along all values.
        let x = left;
        while (
          (await page.evaluate(() => globalThis.tools.state().view.hover?.step)) !== one.step &&
          x < left + width
        ) {
          await page.mouse.move(x++, (top + bottom) / 2);
        }
        const texts = new Set();
        for (let y = top + 1; y < bottom; y += 1) {
          await page.mouse.move(x - 1, y);
          texts.add((await readout(page))[0]);
        }
        const counts = [...texts]
          .map((text) => text.match(/^step ([\d,]+) · \[(.*), (.*)[)\]]: ([\d,]+) of ([\d,]+)/))
          .filter(Boolean);
        const number = (text) => Number(text.replaceAll(',', '').replaceAll('−', '-'));
        const largest = counts.filter((match) => number(match[4]) === one.largest);
        assert.ok(largest.length > 0, `no bin of ${one.largest} among ${[...texts].join('\n')}`);
        for (const match of largest) assert.deepEqual([number(match[1]), number(match[5])], [one.step, one.count]);
        const near = largest.some((match) => Math.abs(number(match[2]) / one.largestFrom - 1) < 1e-3);
        assert.ok(near || one.first <= 0, `${largest}, expected ${one.largestFrom}`);
        // Nearly all values, so no bin was left out on the way.
        const seen = counts.reduce((sum, match) => sum + number(match[4]), 0);
        assert.ok(seen <= one.inBins && seen > one.inBins * 0.9, `${seen} of ${one.inBins}`);
      }
    },
  );
}

check('equal values are a thin line of pixels', { tags: ['constant'] }, async (page) => {
  await settle(page);
  const { left, top, bottom } = await boxOf(page);
  let rows = 0;
  for (let y = Math.ceil(top); y < bottom; y++) {
    if (await page.evaluate(([x, at]) => globalThis.tools.painted(x, at), [left + 103.5, y + 0.5])) rows++;
  }
  assert.ok(rows >= 1 && rows <= 3, `${rows} rows`);
});

check('a pixel is coloured exactly if its bin is not empty', { tags: ['one bin'] }, async (page) => {
  const { left, top, bottom } = await boxOf(page);
  const found = [];
  for (let y = top + 3; y < bottom - 3; y += 2) {
    await page.mouse.move(left + 103, y);
    const text = (await readout(page))[0];
    const colour = await page.evaluate(([x, at]) => globalThis.tools.painted(x, at), [left + 103.5, y + 0.5]);
    found.push([y, /: 100 of 100/.test(text), colour]);
  }
  const edges = found.filter(([, holds], i) => i > 0 && holds !== found[i - 1][1]).length;
  assert.equal(edges, 2, 'one stretch of values is in a bin');
  // A pixel at an edge may cover a part of the bin. The hairline at 0 is outside the plot here.
  const wrong = found.filter(
    ([, holds, colour], i) => holds !== colour && found[i - 1]?.[1] === holds && found[i + 1]?.[1] === holds,
  );
  assert.deepEqual(wrong, []);
});

check('dragging brushes steps, in all cards', { tags: ['weights', 'weights#2'] }, async (page) => {
  const { left, top } = await boxOf(page);
  await page.mouse.move(left + 100, top + 50);
  const from = (await view(page)).hover.step;
  await page.mouse.down();
  await page.mouse.move(left + 200, top + 90, { steps: 4 });
  await page.mouse.up();
  const { brush, hover } = await view(page);
  const close = (a, b) => assert.ok(Math.abs(a - b) <= 20, `${a} and ${b}`);
  close(brush[0], from);
  close(brush[1], hover.step);
  assert.match((await readout(page, 1))[0], /^step [\d,]+$/);
});

check('a wheel scrolls the page, but zooms a focused card', { tags: ['weights'] }, async (page) => {
  const { left, top } = await boxOf(page);
  await page.mouse.move(left + 150, top + 60);
  await page.mouse.wheel({ deltaY: -300 });
  await settle(page);
  assert.equal((await view(page)).steps, undefined);
  await page.mouse.click(left + 150, top + 60);
  const { step } = (await view(page)).hover;
  await page.mouse.wheel({ deltaY: -300 });
  await settle(page);
  const { steps } = await view(page);
  assert.ok(steps[0] > 0 && steps[1] < 2990 && steps[0] < step && steps[1] > step, `${steps} about ${step}`);
  await page.mouse.move(left + 151, top + 60);
  assert.ok(Math.abs((await view(page)).hover.step - step) <= 20, 'the step under the pointer stays there');
  await page.keyboard.down('Shift');
  await page.mouse.down();
  await page.mouse.move(left + 51, top + 60, { steps: 3 });
  await page.mouse.up();
  await page.keyboard.up('Shift');
  const moved = (await view(page)).steps;
  assert.ok(moved[0] > steps[0] && Math.abs(moved[1] - moved[0] - (steps[1] - steps[0])) < 1e-6, `${moved}`);
  await page.mouse.click(left + 100, top + 60, { count: 2 });
  assert.equal((await view(page)).steps, undefined);
});

check('dragging along the axes zooms; Escape resets', { tags: ['weights'] }, async (page) => {
  const { left, top, bottom, y, height } = await boxOf(page);
  await page.mouse.move(left - 20, top + 60);
  await page.mouse.down();
  await page.mouse.move(left - 20, top + 120, { steps: 4 });
  await page.mouse.up();
  const range = await page.evaluate(() => globalThis.tools.state().view.values.get('weights'));
  await settle(page);
  await page.mouse.move(left + 100, top + 1);
  const upper = (await view(page)).hover.value;
  assert.ok(range[1] > range[0] && Math.abs(upper - range[1]) < (range[1] - range[0]) * 0.02, `${range}, ${upper}`);
  await page.mouse.move(left + 100, y + height - 8);
  await page.mouse.down();
  await page.mouse.move(left + 200, y + height - 8, { steps: 4 });
  await page.mouse.up();
  const { steps } = await view(page);
  assert.ok(steps[0] > 0 && steps[1] < 2990, `${steps}`);
  await page.mouse.click(left + 100, (top + bottom) / 2);
  await page.press('Escape');
  assert.equal((await view(page)).steps, undefined);
  assert.equal(await page.evaluate(() => globalThis.tools.state().view.values.size), 0);
});

check('Escape cancels a drag', { tags: ['weights'] }, async (page) => {
  const { left, top } = await boxOf(page);
  await page.mouse.move(left + 100, top + 50);
  await page.mouse.down();
  await page.mouse.move(left + 200, top + 90, { steps: 4 });
  assert.notEqual((await view(page)).brush, undefined);
  await page.press('Escape');
  assert.equal((await view(page)).brush, undefined);
  await page.mouse.move(left + 220, top + 90);
  await page.mouse.up();
  assert.equal((await view(page)).brush, undefined);
});

check('keys move a cursor through steps and bins, and announce it', { tags: ['few steps'] }, async (page) => {
  await page.press('Tab');
  await page.press('Home');
  assert.match(await said(page), /^step 0: [\d,]+ values? in \[/);
  await page.press('ArrowRight');
  assert.match(await said(page), /^step 1: /);
  await page.press('Shift+ArrowRight');
  await page.press('Shift+ArrowRight');
  assert.match(await said(page), /^step 5: /, 'from record to record');
  assert.deepEqual((await view(page)).brush, [1, 5]);
  const { edges, counts } = await page.evaluate(() => globalThis.tools.binsOf('run', 'few steps', 5));
  const filled = counts.flatMap((count, i) => (count > 0 ? [i] : []));
  for (let i = 0; i < 500; i++) await page.press('ArrowDown');
  for (const bin of filled.slice(1, 6)) {
    await page.press('ArrowUp');
    assert.equal(
      await said(page),
      `step 5: ${counts[bin]} ${counts[bin] === 1 ? 'value' : 'values'} in ${await page.evaluate(
        ([a, b]) => globalThis.tools.bin(a, b),
        [
          [edges[bin], edges[bin + 1], edges[bin + 2] ?? Infinity],
          [counts[bin], 1],
        ],
      )}`,
    );
  }
  await page.press('Enter');
  assert.deepEqual((await view(page)).steps, [1, 5]);
  await page.press('Escape');
  assert.equal((await view(page)).steps, undefined);
  await page.press('+');
  const zoomed = (await view(page)).steps;
  assert.ok(zoomed[1] - zoomed[0] < 6.5, `${zoomed}`);
  await page.press('PageUp');
  assert.equal(await page.evaluate(() => globalThis.tools.state().view.values.size), 1);
});

check(
  'two fingers zoom steps',
  { tags: ['weights'] },
  async (page) => {
    const { left, top } = await boxOf(page);
    const y = top + 60;
    const one = await page.touchscreen.touchStart(left + 120, y);
    const other = await page.touchscreen.touchStart(left + 180, y);
    for (let i = 1; i <= 6; i++) {
      await one.move(left + 120 - i * 10, y);
      await other.move(left + 180 + i * 10, y);
    }
    await one.end();
    await other.end();
    await settle(page);
    const { steps, brush } = await view(page);
    assert.ok(steps !== undefined && steps[1] - steps[0] < 2990 * 0.6, `${steps}`);
    assert.equal(brush, undefined, 'a pinch does not brush');
  },
  { touch: true },
);

check(
  'one finger brushes',
  { tags: ['weights'] },
  async (page) => {
    const { left, top } = await boxOf(page);
    const finger = await page.touchscreen.touchStart(left + 120, top + 60);
    for (let i = 1; i <= 6; i++) await finger.move(left + 120 + i * 10, top + 60);
    await finger.end();
    const { brush } = await view(page);
    assert.ok(brush !== undefined && brush[1] > brush[0], `${brush}`);
  },
  { touch: true },
);

for (const mode of ['heat', 'ridge', 'overlay']) {
  check(
    `the SVG and the rows of ${mode} match the drawing`,
    { tags: ['relu'], view: { histograms: mode }, brush: [150, 160] },
    async (page) => {
      const { svg, rows, loads } = await page.evaluate(async () => {
        const text = await globalThis.tools.cards()[0].toSvg();
        const file = new DOMParser().parseFromString(text, 'image/svg+xml');
        const image = new Image();
        image.src = `data:image/svg+xml,${encodeURIComponent(text)}`;
        await image.decode();
        const names = [...file.querySelectorAll('*')].map(({ localName }) => localName);
        return {
          svg: {
            names,
            text: file.documentElement.textContent,
            error: file.querySelector('parsererror') !== null,
            size: text.length,
          },
          rows: globalThis.tools.cards()[0].toRows(),
          loads: image.width,
        };
      });
      assert.equal(svg.error, false);
      assert.equal(loads, 640);
      assert.equal(svg.names.filter((name) => name === 'image').length, mode === 'heat' ? 1 : 0);
      assert.ok(svg.names.filter((name) => name === 'path').length > 10);
      assert.match(svg.text, mode === 'heat' ? /NaN/ : /15\d/);
      assert.deepEqual(rows[0], ['run', 'step', 'left', 'right', 'count']);
      const steps = [...new Set(rows.slice(1).map((row) => row[1]))];
      assert.deepEqual(
        steps,
        Array.from({ length: mode === 'heat' ? 200 : 11 }, (_, i) => i + (mode === 'heat' ? 0 : 150)),
      );
      const of = rows.filter((row) => row[1] === 155);
      assert.equal(
        of.reduce((sum, row) => sum + row[4], 0),
        1500,
        'every value is in a row',
      );
      const { edges, counts } = await page.evaluate(() => globalThis.tools.binsOf('run', 'relu', 155));
      const bins = of.filter((row) => typeof row[2] === 'number');
      assert.deepEqual(
        bins.map((row) => row.slice(2)),
        counts.map((count, i) => [edges[i], edges[i + 1], count]),
      );
      assert.deepEqual(
        of.filter((row) => typeof row[2] === 'string').map((row) => row[2]),
        ['-Infinity', 'Infinity', 'NaN'],
      );
    },
  );
}

check('moving the pointer does not repaint the plot', { tags: ['weights'] }, async (page) => {
  const { left, top } = await boxOf(page);
  const images = () => page.evaluate(() => globalThis.tools.pictures());
  const before = await images();
  await page.mouse.move(left + 100, top + 40);
  await page.mouse.move(left + 200, top + 60);
  await settle(page);
  assert.equal(await images(), before);
  await page.evaluate(() => globalThis.tools.state().change({ valueAxis: 'linear' }));
  await settle(page);
  assert.equal(await images(), before + 1);
});

check('after panning, the plot is repainted exactly', { tags: [] }, async (page) => {
  const tags = ['weights', 'relu', 'gradients', 'tensorflow'];
  const steps = [330.5, 1234.25];
  await page.evaluate((names) => globalThis.tools.show({ tags: names }), tags);
  await page.evaluate('tools.changeFrames(12, (i) => globalThis.tools.mark({ steps: [i * 30.5, i * 30.5 + 1000] }))');
  await page.evaluate((range) => globalThis.tools.mark({ steps: range }), steps);
  await page.evaluate('tools.changeFrames(30, () => {})');
  const pictures = () =>
    page.evaluate(() => [...document.querySelectorAll('canvas:first-child')].map((canvas) => canvas.toDataURL()));
  const moved = await pictures();
  // A change of the axis repaints immediately, and so does changing it back.
  for (const valueAxis of ['linear', 'symlog']) {
    await page.evaluate((axis) => globalThis.tools.state().change({ valueAxis: axis }), valueAxis);
    await settle(page);
  }
  assert.equal(moved.length, 4);
  assert.deepEqual(moved, await pictures());
});

/** Screenshots to look at, in light and dark. */
const LOOKS = [
  { name: 'heat', tags: ['weights', 'relu', 'gradients', 'tensorflow', 'few steps', 'outlier'] },
  { name: 'modes', tags: ['weights', 'gradients'], view: { histograms: 'ridge' } },
  { name: 'overlay', tags: ['weights', 'gradients'], view: { histograms: 'overlay' }, brush: [500, 1500] },
  { name: 'runs', tags: ['weights', 'ten thousand steps'], runs: ['lr 0.1', 'lr 0.01'], brush: [500, 1500] },
  { name: 'edges', tags: ['one step', 'zeros', 'constant', 'only NaN', 'empty', 'far apart'] },
  { name: 'many', tags: ['ten thousand steps'] },
  { name: 'narrow', tags: ['relu', 'weights'], width: 330 },
  { name: 'pytorch', files, tags: ['fc1', 'fc2', 'grad/fc1.weight', 'fc3'] },
];
for (const { name, ...request } of LOOKS) {
  for (const dark of [false, true]) {
    check(`every view is drawn: ${name}, ${dark ? 'dark' : 'light'}`, { ...request, dark }, async (page) => {
      const { left, top } = await boxOf(page);
      await page.mouse.move(left + 120, top + 70);
      await settle(page);
      if (PICTURES !== undefined) await page.screenshot(join(PICTURES, `cards-${name}-${dark ? 'dark' : 'light'}.png`));
    });
  }
}

await tests.run();
close();
