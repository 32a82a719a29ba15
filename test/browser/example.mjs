// examples/browser in Chromium: draws digits, looks at the layers, changes one of them by a hook.
// Prints "browser, example: N passed, N failed".
//
//   apt-get install chromium && npm run build && node test/browser/example.mjs
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { readSafetensors } from '../../dist/safetensors.js';
import { DRAWN, drawStrokes } from '../examples/strokes.mjs';
import { launchChromium } from './chromium.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const server = spawn(process.execPath, ['examples/browser/serve.mjs', '0'], { cwd: root });
server.stderr.pipe(process.stderr);
const [said] = await once(createInterface({ input: server.stdout }), 'line');
const [address] = /http:\/\/127\.0\.0\.1:\d+\//.exec(said);

const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: 1400, height: 1000 }, hasTouch: true });
const complaints = [];
const elsewhere = [];
page.on('pageerror', (error) => complaints.push(String(error)));
page.on('console', (message) => {
  if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
});
page.on('request', (request) => {
  if (!request.url().startsWith(address) && !/^(data|blob):/.test(request.url())) elsewhere.push(request.url());
});
page.setDefaultTimeout(20_000);

/** Draws strokes, given in a box of 1 by 1, on the pad. */
async function draw(strokes) {
  await page.locator('#clear').click();
  await drawStrokes(page, page.locator('#pad'), strokes);
  await frames();
}

/** Resolves when the last drawing has been read and shown. */
const frames = () =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
const digit = async () => Number(await page.locator('#prediction').getAttribute('data-digit'));
const scores = () => page.locator('#scores li').evaluateAll((rows) => rows.map((row) => row.dataset.score));
const apart = async () => Number(await page.locator('#agreement').getAttribute('data-apart'));
const hooks = async () => Number(/\d+/.exec(await page.locator('#hooks').textContent())[0]);

async function move(factor) {
  await page.locator('#factor').fill(String(factor));
  await frames();
}

const checks = {
  async 'the page is there'() {
    await page.goto(address);
    await page.locator('html[data-ready]').waitFor({ state: 'attached' });
    assert.equal(await hooks(), 6);
  },

  async 'drawn digits are read'() {
    const drawn = DRAWN.filter(({ digit: one }, i) => DRAWN.findIndex((other) => other.digit === one) === i);
    const wrong = [];
    for (const one of drawn) {
      await draw(one.strokes);
      if ((await digit()) !== one.digit) wrong.push(`${one.digit} as ${await digit()}`);
      assert.ok((await apart()) < 1e-4, 'TensorFlow.js gives the same scores');
    }
    assert.ok(wrong.length <= 1, wrong.join(', '));
  },

  async 'a digit is drawn with a finger'() {
    await page.locator('#clear').click();
    const box = await page.locator('#pad').boundingBox();
    const client = await page.context().newCDPSession(page);
    const touch = (type, points) =>
      client.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: points.map(([x, y]) => ({ x: box.x + box.width * x, y: box.y + box.height * y })),
      });
    await touch('touchStart', [[0.5, 0.1]]);
    for (let y = 0.2; y < 0.95; y += 0.1) await touch('touchMove', [[0.5, y]]);
    await touch('touchEnd', []);
    await frames();
    assert.equal(await digit(), 1);
  },

  async 'by keyboard, digits of the test set are read as PyTorch reads them'() {
    const file = (path) => readSafetensors(readFileSync(new URL(`../../${path}`, import.meta.url)));
    const logits = file('test/fixtures/pytorch/digits-logits.safetensors').values().next().value.data;
    const labels = file('examples/digits/data/test.safetensors').get('labels').data;
    for (const one of [0, 3, 7]) {
      await page.getByRole('button', { name: `A ${one} of the test set` }).focus();
      await page.keyboard.press('Enter');
      await frames();
      const first = labels.indexOf(one);
      const expected = logits.slice(10 * first, 10 * first + 10);
      (await scores()).forEach((score, i) => {
        assert.ok(Math.abs(Number(score) - expected[i]) < 1e-4, `${one}: score ${i} is ${score}, not ${expected[i]}`);
      });
    }
  },

  async 'there is a card for each layer of each network'() {
    // Cards are made when they become visible.
    await page.setViewportSize({ width: 1400, height: 2400 });
    await page.waitForFunction(() => {
      const root = document.querySelector('#activations').shadowRoot;
      return root !== null && ['fc1', 'fc2', 'fc3'].every((tag) => root.textContent.includes(tag));
    });
    const text = await page.evaluate(() => document.querySelector('#activations').shadowRoot.textContent);
    for (const run of ['layertap', 'tfjs']) assert.ok(text.includes(run), run);
    const canvases = await page.evaluate(
      () => document.querySelector('#activations').shadowRoot.querySelectorAll('canvas').length,
    );
    assert.ok(canvases >= 6, `${canvases} canvases`);
    await page.setViewportSize({ width: 1400, height: 1000 });
  },

  async 'the slider changes the scores of both networks, and removing the hook restores every bit'() {
    const before = await scores();
    await move(0.5);
    assert.equal(await hooks(), 8);
    const half = await scores();
    assert.notDeepEqual(half, before);
    assert.ok((await apart()) < 1e-4);
    assert.match(await page.locator('#code').textContent(), /net\.fc2\.transform\(.*0\.50/);
    await move(0);
    // Without fc2 only the biases of fc3 are left.
    const weights = readSafetensors(
      readFileSync(new URL('../../examples/digits/data/weights.safetensors', import.meta.url)),
    );
    assert.deepEqual((await scores()).map(Number), [...weights.get('fc3.bias').data]);
    await page.locator('#layer').selectOption('fc1');
    await frames();
    assert.equal(await hooks(), 8, 'the hook moved to another layer');
    await page.locator('#remove').click();
    await frames();
    assert.deepEqual(await scores(), before);
    assert.equal(await hooks(), 6);
  },

  async 'unmounting the viewer removes its hooks, and mounting it again brings cards back'() {
    await page.locator('#watch').click();
    assert.equal(await hooks(), 0);
    await page.locator('#watch').click();
    assert.equal(await hooks(), 6);
    await page.getByRole('button', { name: 'A 5 of the test set' }).click();
    await page.waitForFunction(() => document.querySelector('#activations').shadowRoot.textContent.includes('fc1'));
  },

  async 'a narrow screen has no horizontal overflow'() {
    await page.setViewportSize({ width: 360, height: 740 });
    await frames();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await page.setViewportSize({ width: 1400, height: 1000 });
  },

  async 'axe finds no serious violation'() {
    await page.addScriptTag({
      path: fileURLToPath(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url)),
    });
    const { violations } = await page.evaluate(() => axe.run());
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    assert.deepEqual(
      serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
      [],
    );
  },

  async 'the server shows what the page needs, to this machine, and nothing else'() {
    const status = async (path, headers = {}) => (await fetch(new URL(path, address), { headers })).status;
    assert.equal(await status('/examples/browser/'), 200);
    for (const path of [
      '/package.json',
      '/examples/browser/..%2f..%2fpackage.json',
      '/dist/%2e%2e/package.json',
      '/test/run.mjs',
    ]) {
      assert.equal(await status(path), 404, path);
    }
  },

  'no error was logged, and no request left the server'() {
    assert.deepEqual(complaints, []);
    assert.deepEqual(elsewhere, []);
  },
};

let passed = 0;
let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    passed++;
    console.log(`ok   ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}\n${error.message}`);
  }
}

await browser.close();
server.kill();
console.log(`Chromium ${browser.version()}`);
console.log(`browser, example: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
