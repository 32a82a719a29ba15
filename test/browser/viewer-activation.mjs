// Cards of one activation in Chromium and Firefox, under a content security policy without inline styles: the values that
// pointer, touch and keys read are the tensor's, in every layout. Saves pictures of all layouts if a folder is given.
//
//   node test/browser/viewer-activation.mjs [part of a test's name] [--in chromium|firefox] [--pictures folder]
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PICTURES, suite } from './harness/suite.mjs';
import { serveActivations } from './viewer-activation-server.mjs';

const { address, close } = await serveActivations();
/** The runtime of the transformer looks for a GPU. */
const tests = suite('activations', { expected: /No available adapters/ });

/** A test of a page with cards for some requests. */
function check(name, requests, steps, options = {}) {
  tests.test(
    name,
    async (open) => {
      const page = await open(address);
      await page.until('tools !== undefined');
      await page.evaluate((all) => globalThis.tools.show(all), requests);
      await page.settle();
      await steps(page);
      await page.settle();
      assert.deepEqual(await page.violations(), []);
    },
    options,
  );
}

const figure = (page, card = 0) => page.locator('.figure').nth(card);
const line = (page, card = 0) => page.locator('.figure + .readout').nth(card).locator('div').first().textContent();
const note = (page, card = 0) => page.locator('.figure + .readout').nth(card).locator('div').last().textContent();
const said = (page) => page.locator('[aria-live]').first().textContent();

/** `[0, 3, 4] cat0.25` as an index and a value; undefined if nothing is pointed at. */
function parse(text) {
  const match = /^\[([\d, –]*)\].*?(−?[\d.]+(?:e−?\d+)?|NaN|[+−]Inf)$/.exec(text);
  if (match === null) return undefined;
  const names = { NaN: Number.NaN, '+Inf': Infinity, '−Inf': -Infinity };
  const value = names[match[2]] ?? Number(match[2].replaceAll('−', '-'));
  return { index: match[1] === '' ? [] : match[1].split(', ').map((span) => span.split('–').map(Number)), value };
}

/** Row-major values of a tensor, as the page has them. */
const valuesOf = (page, request) =>
  page.evaluate((one) => [...globalThis.tools.valuesOf(one, 0)].map(String), request).then((all) => all.map(Number));

/** Of the values in an index's spans, the one that is farthest from 0. */
function valueAt(values, shape, index) {
  let found = [[]];
  for (const [first, last = first] of index) {
    found = found.flatMap((at) => Array.from({ length: last - first + 1 }, (_, i) => [...at, first + i]));
  }
  const inside = found.map((at) => values[at.reduce((sum, i, axis) => sum * shape[axis] + i, 0)]);
  return inside.reduce((far, one) => (Number.isNaN(one) || Math.abs(one) > Math.abs(far) ? one : far));
}

/** Points at a grid of places in the card, and compares each value that is read with the tensor's. @returns the indices read */
async function readAll(page, request, card = 0) {
  const values = await valuesOf(page, request);
  const { x, y, width, height } = await figure(page, card).boundingBox();
  const seen = new Set();
  for (let row = 0; row < 9; row++) {
    for (let column = 0; column < 12; column++) {
      await page.mouse.move(x + 14 + (column * (width - 28)) / 11, y + 26 + (row * (height - 32)) / 8);
      await page.settle();
      const read = parse(await line(page, card));
      if (read === undefined) continue;
      seen.add(String(read.index));
      assert.equal(read.index.length, request.shape.length);
      assert.equal(Math.fround(read.value), valueAt(values, request.shape, read.index), `at [${read.index}]`);
    }
  }
  return seen;
}

const TOKENS = ['[CLS]', 'the', 'big', 'cat', 'sat', '[SEP]'];

const LAYOUTS = {
  'a matrix': { shape: [8, 20] },
  'a vector': { shape: [1, 10], options: { labels: [...'0123456789'] } },
  'maps of channels that come last': { shape: [1, 12, 12, 16], options: { layout: 'NHWC' } },
  'maps of channels that come first': { shape: [1, 16, 9, 7], options: { layout: 'NCHW' } },
  'heads of attention': { shape: [1, 4, 6, 6], kind: 'softmax', options: { layout: 'heads', labels: TOKENS } },
  'embeddings as rows': { shape: [1, 6, 16], options: { labels: TOKENS } },
  'cells of several values': { shape: [300, 900] },
  'NaN and infinities': { shape: [20, 30], kind: 'nan' },
  'a tensor of rank 1': { shape: [12] },
  'a tensor of rank 3': { shape: [3, 8, 6] },
  'a tensor of rank 5': { shape: [2, 3, 2, 6, 5] },
  'a tensor of rank 6': { shape: [2, 3, 2, 3, 4, 5] },
};
for (const [name, request] of Object.entries(LAYOUTS)) {
  check(`the pointer reads the tensor's values: ${name}`, [request], async (page) => {
    const seen = await readAll(page, request);
    assert.ok(seen.size >= 8, `${seen.size} values were read`);
    if (name === 'cells of several values') assert.match(await note(page), /farthest from 0/);
  });
}

check('labels name what is pointed at', [LAYOUTS['heads of attention']], async (page) => {
  await figure(page).focus();
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowDown']) await page.press(key);
  await page.settle();
  assert.match(await line(page), /^\[0, 0, 1, 2\] the → big/);
});

check(
  'keys move through cells, from one map to the next, and say what is there',
  [LAYOUTS['maps of channels that come last']],
  async (page) => {
    const values = await valuesOf(page, LAYOUTS['maps of channels that come last']);
    await figure(page).focus();
    await page.press('ArrowRight');
    await page.press('End');
    await page.settle();
    assert.deepEqual(parse(await line(page)).index, [[0], [0], [11], [0]]);
    await page.press('ArrowRight');
    await page.settle();
    const { index, value } = parse(await line(page));
    assert.deepEqual(index, [[0], [0], [0], [1]]);
    assert.equal(Math.fround(value), values[1]);
    assert.match(await said(page), /^\[0, 0, 0, 1\]: /);
    await page.press('PageDown');
    await page.press('ArrowDown');
    await page.settle();
    assert.deepEqual(parse(await line(page)).index, [[0], [1], [0], [2]]);
    await page.press('Escape');
    await page.settle();
    assert.match(await line(page), /^from /);
  },
);

check(
  'a finger reads a value',
  [LAYOUTS['a matrix']],
  async (page) => {
    const { x, y } = await figure(page).boundingBox();
    const touch = await page.touchscreen.touchStart(x + 60, y + 60);
    await touch.end();
    await page.settle();
    const { index, value } = parse(await line(page));
    assert.equal(Math.fround(value), valueAt(await valuesOf(page, LAYOUTS['a matrix']), [8, 20], index));
  },
  { touch: true, only: 'chromium' },
);

check(
  'an index chooses a map, and one of the axes that are not drawn',
  [LAYOUTS['heads of attention'], LAYOUTS['a tensor of rank 6']],
  async (page) => {
    await page.locator('input[aria-label^="head"]').fill('2');
    await page.settle();
    await figure(page, 0).focus();
    await page.press('ArrowRight');
    await page.settle();
    assert.match(await line(page, 0), /^\[0, 2, 0, 0\]/);
    await page.locator('input[aria-label^="axis 1"]').fill('2');
    await page.settle();
    await figure(page, 1).focus();
    await page.press('ArrowRight');
    await page.settle();
    assert.deepEqual(parse(await line(page, 1)).index, [[0], [2], [0], [0], [0], [0]]);
  },
);

check(
  'bad shapes and values: rank 0, empty, only NaN, huge',
  [
    { shape: [] },
    { shape: [0, 4] },
    { shape: [2, 0, 3, 3], options: { layout: 'NHWC' } },
    { shape: [4, 4], kind: 'only NaN' },
    { shape: [2000, 2000] },
    { shape: [1, 4, 4, 3000], options: { layout: 'NHWC' } },
  ],
  async (page) => {
    const lines = [];
    for (let card = 0; card < 6; card++) lines.push(await line(page, card));
    assert.equal(lines[0], '0');
    assert.equal(lines[1], 'The tensor is empty.');
    assert.equal(lines[2], 'The tensor is empty.');
    assert.equal(lines[3], 'No value is finite.');
    assert.match(lines[4], /^from −/);
    assert.match(lines[5], /^from −/);
    assert.match(await note(page, 4), /farthest from 0/);
  },
);

check('two outputs are compared: A, B and their difference', [{ shape: [6, 8], compared: true }], async (page) => {
  const [a, b] = await page.evaluate(() =>
    [0, 0.4].map((phase) => [...globalThis.tools.valuesOf({ shape: [6, 8] }, phase)]),
  );
  await figure(page).focus();
  await page.press('ArrowRight');
  const value = async () => {
    await page.settle();
    return parse(await line(page)).value;
  };
  assert.equal(Math.fround(await value()), Math.fround(b[0] - a[0]));
  await page.locator('.sides button', { hasText: /^A$/ }).click();
  await figure(page).focus();
  await page.press('ArrowRight');
  await page.press('Home');
  assert.equal(Math.fround(await value()), a[0]);
  await page.locator('.sides button', { hasText: /^B$/ }).click();
  await figure(page).focus();
  await page.press('ArrowRight');
  await page.press('Home');
  assert.equal(Math.fround(await value()), b[0]);
});

check('an element without a height of its own gets one', [{ shape: [8, 8], isTall: false }], async (page) => {
  const { height } = await figure(page).boundingBox();
  assert.ok(height > 150, `${height} pixels`);
});

check('arguments of another kind are refused, and nothing is mounted', [], async (page) => {
  const refused = (...given) => page.evaluate((all) => globalThis.tools.refused(...all), given);
  const scalar = { shape: [1], data: [0] };
  assert.match(await refused(scalar, {}, null), /the first argument must be an Element, got null/);
  assert.match(
    await refused(3),
    /what is shown must be a module, a selection, a source or a tensor .*, got the number 3/,
  );
  assert.match(await refused([scalar, scalar, scalar]), /what is shown must be one output, or two/);
  assert.match(await refused(scalar, { layout: 'NWHC' }), /option "layout" must be 'vector', .*got the string "NWHC"/);
  assert.match(await refused(scalar, { range: 0 }), /option "range" must be a finite number above 0, got the number 0/);
  assert.match(await refused(scalar, { colour: 'red' }), /unknown option "colour"/);
  assert.match(await refused({ shape: [2], data: ['a', 'b'] }), /the data\[0\] must be a number, got the string "a"/);
  assert.equal(await page.evaluate(() => document.querySelector('#cards').childElementCount), 0);
});

/** A test of a card that shows a running layer. */
const live = (name, kind, steps) =>
  check(name, [], async (page) => {
    await page.evaluate((what) => globalThis.tools.showLive(what), kind);
    await page.settle();
    await steps(page);
  });
const run = async (page, x) => {
  const y = await page.evaluate((input) => globalThis.tools.run(input), x);
  await page.settle();
  return y;
};

for (const kind of ['module', 'source']) {
  live(`a ${kind} is shown as it runs, and a clicked unit is followed`, kind, async (page) => {
    if (kind === 'source') await run(page, [[0, 0]]);
    await run(page, [
      [1, 2],
      [3, 4],
    ]);
    await figure(page).focus();
    await page.press('ArrowRight');
    await page.press('ArrowRight');
    await page.press('ArrowDown');
    await page.settle();
    assert.deepEqual(parse(await line(page)), { index: [[1], [1]], value: 4 });
    await page.press('Enter');
    assert.match(await said(page), /^Following \[1, 1\]/);
    for (const value of [5, 6, 7])
      await run(page, [
        [0, 0],
        [0, value],
      ]);
    assert.deepEqual(parse(await line(page)), { index: [[1], [1]], value: 7 });
    await page.press('Escape');
    await page.press('Escape');
    assert.match(await said(page), /^(No longer following|Following)? ?/);
  });
}

live('without a card in view nothing is read; when it is removed no hook is left', 'module', async (page) => {
  await run(page, [[1, 2]]);
  assert.match(await line(page), /^from /);
  await page.evaluate(() => {
    document.querySelector('#cards').style.marginTop = '4000px';
  });
  await page.settle();
  await page.evaluate(() => globalThis.tools.run([[100, 200]]));
  await page.settle();
  assert.match(await line(page), /^from 0.5|^from 1/);
  assert.deepEqual(await page.evaluate(() => globalThis.tools.hooks()), ['observer']);
  await page.evaluate(() => globalThis.tools.remove());
  assert.deepEqual(await page.evaluate(() => globalThis.tools.hooks()), []);
  assert.equal(await page.evaluate(() => document.querySelector('#cards section').childElementCount), 0);
});

live('a locked range stays when values grow', 'module', async (page) => {
  await run(page, [[1, 2]]);
  await page.locator('input[type=checkbox]').check();
  const before = await pixels(page);
  await run(page, [[1, 2]]);
  assert.deepEqual(await pixels(page), before, 'equal values look the same');
  await run(page, [[0.5, 1]]);
  const locked = await pixels(page);
  await page.locator('input[type=checkbox]').uncheck();
  await page.settle();
  assert.notDeepEqual(await pixels(page), locked);
});

/** The colours of the middle row of the canvas. */
const pixels = (page) =>
  page.locator('.figure canvas').evaluate((canvas) => {
    const { width, height } = canvas;
    const row = new OffscreenCanvas(width, height).getContext('2d');
    row.drawImage(canvas, 0, 0);
    return [...row.getImageData(0, Math.round(height * 0.7), width, 1).data];
  });

check('a viewer has a card for each output, which a pause keeps', [], async (page) => {
  await page.evaluate(() => globalThis.tools.showViewer());
  await run(page, [[1, 2]]);
  await page.locator('article.activation').scrollIntoViewIfNeeded();
  await page.locator('.figure').waitFor();
  const read = async (x, y) => {
    await run(page, [[x, y]]);
    await figure(page).focus();
    await page.press('Home');
    await page.settle();
    return parse(await line(page)).value;
  };
  assert.equal(await read(3, 4), 3);
  assert.equal(await read(5, 6), 5);
  await page.locator('button', { hasText: 'Pause' }).click();
  assert.equal(await read(7, 8), 5);
  await page.locator('button', { hasText: 'Follow' }).click();
  assert.equal(await read(9, 1), 9);
  await page.evaluate(() => globalThis.tools.viewer.unmount());
  assert.deepEqual(await page.evaluate(() => globalThis.tools.hooks()), []);
});

check('axe finds no violation', Object.values(LAYOUTS).slice(0, 6), async (page) => {
  const axe = readFileSync(fileURLToPath(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url)), 'utf8');
  await page.evaluate(axe);
  // The page of this test has neither headings nor landmarks.
  const rules = Object.fromEntries(
    ['region', 'landmark-one-main', 'page-has-heading-one'].map((id) => [id, { enabled: false }]),
  );
  const { violations } = await page.evaluate((options) => globalThis.axe.run(document, options), { rules });
  assert.deepEqual(
    violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
    [],
  );
});

/** A test of a page that shows the layers of a model. */
const model = (name, kind, steps) =>
  tests.test(name, async (open) => {
    const page = await open(`${address}models`);
    await page.until('models !== undefined');
    const { cards, expected } = await page.evaluate((what) => globalThis.models.show(what), kind);
    await page
      .locator('.figure')
      .nth(cards - 1)
      .waitFor();
    await page.settle();
    await page.evaluate(() => globalThis.models.run());
    await page.settle();
    await steps(page, expected);
  });

/** Moves the cursor by keys, and reads the value there. */
async function readAt(page, card, keys) {
  await figure(page, card).focus();
  for (const key of keys) await page.press(key);
  await page.settle();
  const text = await line(page, card);
  return { text, ...parse(text) };
}

model('the layers of the digits network are shown', 'digits', async (page, expected) => {
  const { index, value } = await readAt(page, 0, ['ArrowRight', 'ArrowRight', 'ArrowRight']);
  assert.deepEqual(index, [[0], [2]]);
  assert.ok(Math.abs(value - expected[2]) < 1e-5, `${value} and ${expected[2]}`);
});

model('the layers of a CNN of TensorFlow.js are maps of channels', 'cnn', async (page, expected) => {
  // The first key shows the cursor; the third channel, fifth row, fourth column.
  const keys = ['Home', 'PageDown', 'PageDown', ...Array(4).fill('ArrowDown'), ...Array(3).fill('ArrowRight')];
  const { index, value } = await readAt(page, 0, keys);
  assert.deepEqual(index, [[0], [4], [3], [2]]);
  assert.equal(Math.fround(value), expected[(4 * 26 + 3) * 8 + 2]);
  for (const [card, shape] of ['26 × 26 × 8', '13 × 13 × 8', '11 × 11 × 16', '10'].entries()) {
    assert.match(await line(page, card), card === 0 ? /^\[/ : /^from /, shape);
  }
});

model('the attention of a transformer has its tokens', 'bert', async (page) => {
  // Of the first head, the row of the second token: shares of all tokens.
  const first = await readAt(page, 0, ['Home', 'ArrowDown']);
  assert.match(first.text, /^\[0, 0, 1, 0\] the → \[CLS\]/);
  let sum = first.value;
  const tokens = [];
  for (let key = 1; key < 6; key++) {
    const { text, value } = await readAt(page, 0, ['ArrowRight']);
    tokens.push(/→ (\S+) /.exec(text)?.[1]);
    sum += value;
  }
  assert.deepEqual(tokens, ['the', 'big', 'cat', 'sat', '[SEP]']);
  assert.ok(Math.abs(sum - 1) < 1e-5, `${sum}`);
});

// Tall, so that all cards are in view: the others read nothing.
tests.test(
  'the example page shows the layers of a digit',
  async (open) => {
    const server = spawn(process.execPath, [
      fileURLToPath(new URL('../../examples/browser/serve.mjs', import.meta.url)),
      '0',
    ]);
    try {
      const [printed] = await once(server.stdout, 'data');
      const page = await open(`${/http:\S+\//.exec(String(printed))[0]}examples/browser/activation.html`);
      await page.until("document.documentElement.dataset.ready === ''");
      // The cards ask for outputs once they are there.
      await page.until("document.querySelectorAll('.activation > div > div:not([role])').length === 4");
      await page.settle();
      await page.locator('#samples button').nth(3).click();
      await page.settle();
      assert.equal(await page.locator('#prediction').textContent(), 'The network reads a 3.');
      for (let card = 0; card < 4; card++) assert.match(await line(page, card), /^from /);
    } finally {
      server.kill();
    }
  },
  { viewport: { width: 1000, height: 1700 } },
);

if (PICTURES !== undefined) {
  mkdirSync(PICTURES, { recursive: true });
  for (const [name, width, dark] of [
    ['wide', 1340, false],
    ['wide-dark', 1340, true],
    ['narrow', 420, false],
  ]) {
    const requests = [
      ...Object.values(LAYOUTS),
      { shape: [6, 8], compared: true },
      { shape: [1, 64, 28, 28], options: { layout: 'NCHW' } },
      { shape: [1, 6, 768], options: { labels: TOKENS } },
    ];
    const narrow = width === 420;
    tests.test(
      `a picture of all layouts, ${name}`,
      async (open) => {
        const page = await open(address);
        await page.until('tools !== undefined');
        const sized = requests.map((request) => ({ ...request, width: narrow ? 396 : 420 }));
        await page.evaluate((all, isDark) => globalThis.tools.show(all, isDark), sized, dark);
        await page.settle();
        await page.screenshot(join(PICTURES, `activations-${name}${page.isFirefox ? '-firefox' : ''}.png`));
      },
      { viewport: { width, height: narrow ? 3780 : 1270 } },
    );
  }
}

await tests.run();
close();
