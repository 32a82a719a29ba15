// Uses every page of the gallery in Chromium as a reader does. What the models give must be what PyTorch gave, which
// test/fixtures/gallery holds, and no library is loaded before the click. Prints "site: N passed, N failed".
//
//   npm run docs && node site/check-gallery.mjs
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readSafetensors } from '../dist/safetensors.js';
import { DRAWN, drawStrokes } from '../test/examples/strokes.mjs';
import { openBuiltSite } from './built-site.mjs';

const file = (path) => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)));
const expected = (name) => JSON.parse(file(`test/fixtures/gallery/${name}.json`));
const tensor = (path, name) => readSafetensors(file(path)).get(name).data;
const { address, page, requests, check, finish } = await openBuiltSite();
page.setDefaultTimeout(30_000);

const button = (name) => page.getByRole('button', { name, exact: true });
const cards = () => page.locator('.demo .card');

/** Opens a page; its libraries and models must not have been loaded yet. */
async function open(name) {
  requests.length = 0;
  await page.goto(`${address}gallery/${name}.html`);
  await button('Load the model').waitFor();
  assert.deepEqual(requests.filter(isLarge), []);
}
const isLarge = (url) => /\/runtime\/(tfjs|ort|models\/)/.test(url);

/** Each card has painted an output: it tells the range of its colours. */
async function painted(count) {
  for (let i = 0; i < count; i++) {
    await cards().nth(i).scrollIntoViewIfNeeded();
    await cards().nth(i).locator('canvas').first().waitFor();
    await cards().nth(i).getByText('Waiting for an output.').waitFor({ state: 'detached' });
  }
}

/** Waits until the page shows these scores, to its three digits. */
async function scoresAre(wanted) {
  const texts = Array.from(wanted, (score) => score.toFixed(3));
  await page.waitForFunction((texts) => {
    const shown = [...document.querySelectorAll('.score-bars .score')].map(({ textContent }) => textContent);
    return shown.length === texts.length && shown.every((text, i) => Math.abs(text - texts[i]) < 0.0015);
  }, texts);
}

/** Draws strokes, given in a box of 1 by 1. */
async function draw(strokes) {
  await button('Clear').click();
  await page.locator('.paper').scrollIntoViewIfNeeded();
  await drawStrokes(page, page.locator('.paper'), strokes);
}

/** Draws digits until each has been read rightly. */
async function readsDrawings() {
  for (const digit of [0, 3, 4]) {
    await draw(DRAWN.find((drawn) => drawn.digit === digit).strokes);
    await page.getByText(`The network reads a ${digit}.`, { exact: true }).waitFor();
  }
}

/**
 * In both colour schemes: axe finds nothing serious in what the gallery adds to the site's theme. On a phone: nothing is wider
 * than the page.
 */
async function isAccessible() {
  await page.addScriptTag({ content: file('node_modules/axe-core/axe.min.js').toString() });
  // In between, the theme's colours have too little contrast.
  await page.addStyleTag({ content: '* { transition: none !important; }' });
  for (const isDark of [false, true]) {
    await page.evaluate((dark) => document.documentElement.classList.toggle('dark', dark), isDark);
    const { violations } = await page.evaluate(() =>
      axe.run({ include: ['.vp-doc'], exclude: ['div[class*="language-"]'] }),
    );
    const serious = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
    assert.deepEqual(
      serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`),
      [],
    );
  }
  await page.setViewportSize({ width: 420, height: 900 });
  // Pictures follow the width of the page a frame later.
  await page.waitForFunction(() => document.scrollingElement.scrollWidth <= innerWidth);
  await page.setViewportSize({ width: 1280, height: 900 });
}

try {
  await check('the overview leads to four pages', async () => {
    await page.goto(`${address}gallery/`);
    await page.locator('.gallery-index .entry').nth(3).waitFor();
    assert.equal(await page.locator('.gallery-index .entry').count(), 4);
    await isAccessible();
    await page.locator('.gallery-index .entry').first().click();
    await page.getByText(/The network reads a \d/).waitFor();
  });

  await check('digits: PyTorch’s scores, drawings, and the hook of the slider', async () => {
    requests.length = 0;
    await page.goto(`${address}gallery/digits.html`);
    const labels = [...tensor('examples/digits/data/test.safetensors', 'labels')];
    const logits = tensor('test/fixtures/pytorch/digits-logits.safetensors', 'logits');
    await page.getByText(/The network reads a \d/).waitFor();
    for (const digit of [0, 7]) {
      await button(`A ${digit} of the test set`).click();
      const at = labels.indexOf(digit);
      await scoresAre(logits.slice(10 * at, 10 * (at + 1)));
    }
    await readsDrawings();
    await page.getByRole('slider').fill('0');
    // Nothing but the last layer's bias is left.
    await scoresAre(tensor('examples/digits/data/weights.safetensors', 'fc3.bias'));
    await painted(3);
    assert.deepEqual(requests.filter(isLarge), []);
    await isAccessible();
  });

  await check('feature maps: PyTorch’s scores, drawings, and maps that are switched off', async () => {
    await open('feature-maps');
    await isAccessible();
    await button('Load the model').click();
    await page.getByText(/The network reads a \d/).waitFor();
    const [zero, seven, without] = expected('feature-maps');
    for (const { digit, outputs } of [zero, seven]) {
      await button(`A ${digit} of the test set`).click();
      await scoresAre(outputs.dense.data);
    }
    for (const map of without.off) await button(String(map)).click();
    await scoresAre(without.outputs.dense.data);
    for (const map of without.off) await button(String(map)).click();
    await readsDrawings();
    await painted(3);
    await isAccessible();
  });

  await check('attention: PyTorch’s answers, with heads that are switched off', async () => {
    await open('encoder');
    await isAccessible();
    await button('Load the model').click();
    for (const { task, word, off, answer } of expected('encoder')) {
      await page.getByRole('textbox').fill(word);
      await page.getByRole('radio', { name: task }).check();
      for (const [layer, heads] of off.entries()) {
        const switches = page.locator('.demo .switches').nth(layer).getByRole('button');
        for (let head = 0; head < (await switches.count()); head++) {
          const isOn = (await switches.nth(head).getAttribute('aria-pressed')) === 'true';
          if (isOn === heads.includes(head)) await switches.nth(head).click();
        }
      }
      await page.getByRole('status', { name: `The answer: ${answer}`, exact: true }).waitFor();
    }
    await painted(2);
    await isAccessible();
  });

  await check('the writer writes what PyTorch writes, wherever the slider is', async () => {
    await open('writer');
    await isAccessible();
    await button('Load the model').click();
    const { prompt } = JSON.parse(file('examples/gallery/models/writer.json'));
    for (const { changes, text } of expected('writer')) {
      if (changes.length > 1) continue;
      await page.getByRole('slider').fill(String(changes[0][1]));
      await button('Start again').click();
      const wanted = (prompt + text).slice(0, 160);
      await page.waitForFunction((wanted) => {
        const shown = document.querySelector('.story').textContent;
        // A wrong character ends the wait too.
        return shown.startsWith(wanted) || !wanted.startsWith(shown.slice(0, wanted.length));
      }, wanted);
      assert.equal((await page.locator('.story').textContent()).slice(0, wanted.length), wanted);
    }
    await button('Pause').click();
    await isAccessible();
    await button('Go on').click();
    await button('Another story').click();
    await page.getByText('Story 2.', { exact: false }).waitFor();
  });

  await check('a file that is damaged is said, and can be loaded again', async () => {
    await page.route('**/models/writer.onnx', (route) => route.fulfill({ body: 'no model' }));
    await open('writer');
    await button('Load the model').click();
    await page
      .getByRole('alert')
      .filter({ hasText: /^It could not be loaded. createOnnx\(\)/ })
      .waitFor();
    await page.unroute('**/models/writer.onnx');
    await button('Load the model').click();
    await page.getByText('The fishermen were').waitFor();
  });
} finally {
  await finish();
}
