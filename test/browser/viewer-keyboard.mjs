// The keyboard alone reaches and does everything in the viewer, in Chromium and Firefox: on a log of epochs and iterations
// with groups, images and texts, and the recording of a run with single outputs.
//
//   npm run build && node test/browser/viewer-keyboard.mjs [part of a test's name] [--in chromium|firefox]
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Linear, ReLU, Sequential, tensor } from '../../dist/index.js';
import { record } from '../../dist/inspect.js';
import { SummaryWriter } from '../../dist/tensorboard.js';
import { suite } from './harness/suite.mjs';
import { startView } from './viewer-command.mjs';
import { writeKeras } from './viewer-directories.mjs';

const directory = mkdtempSync(join(tmpdir(), 'layertap-keyboard-'));
await writeKeras(directory);
for (const seed of [0, 1]) {
  const writer = new SummaryWriter(join(directory, 'sweep', `seed=${seed}`));
  for (const tag of ['train/a', 'train/b', 'test/a', 'test/b']) {
    for (let step = 0; step < 10; step++) writer.addScalar(tag, step === 4 ? Number.NaN : step, step);
  }
  await writer.close();
}
const net = new Sequential(new Linear(2, 3), new ReLU());
writeFileSync(join(directory, 'outputs.safetensors'), await record(net, [tensor([[1, 2]])]));
const server = await startView(directory);

/** A page that is closed may still ask a server that is gone. */
const tests = suite('viewer keyboard', { expected: /ERR_CONNECTION_REFUSED/ });
const test = (name, run, options) =>
  tests.test(name, async (open) => {
    const page = await open(server.url, { viewport: { width: 1200, height: 900 }, ...options });
    await page.until('viewer.store.scalars("validation", "evaluation_loss_vs_iterations")?.length === 10');
    for (const seed of [0, 1]) await page.until(`viewer.store.scalars("sweep/seed=${seed}", "test/b")?.length === 10`);
    await page.until('viewer.store.activations.offers.size > 1');
    await page.settle();
    await page.evaluate(watch);
    await run(page);
  });

/** Adds `focused`, `describe` and `controls` to the page. */
function watch() {
  const deepest = (root) =>
    root.activeElement?.shadowRoot ? deepest(root.activeElement.shadowRoot) : root.activeElement;
  const hostOf = (element) => element.closest('article, aside section, section, header') ?? element.getRootNode().host;
  /** Where a control is, from the outside: the labels and headings around it. */
  const path = (element) => {
    const host = hostOf(element);
    if (host === null || host === undefined || host.id === 'viewer') return '';
    const name = host.getAttribute('aria-label') ?? host.querySelector('h1, h2')?.firstChild?.textContent ?? '';
    const outer = host.parentElement ?? host.getRootNode().host;
    return `${outer === undefined ? '' : path(outer)}${name} / `;
  };
  globalThis.describe = (element) => {
    // The range of an axis is in the unit that is chosen.
    const tag = element.labels?.[0]?.querySelector('.axis-name > span');
    const own =
      tag?.textContent ?? element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent;
    // What the table is named after changes with the pointer.
    return `${path(element)}${element.localName} ${own}`
      .replace(/ at (their ends|the pointer)/g, '')
      .replace(/[▴▾]/g, '');
  };
  const SELECTOR = 'a[href], button, input, select, textarea, summary, [tabindex]';
  const below = (root) => [
    ...root.querySelectorAll(SELECTOR),
    ...[...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => (shadowRoot === null ? [] : below(shadowRoot))),
  ];
  /** What can be used now. Frames of cards take the focus from scripts only. */
  globalThis.controls = () =>
    below(document)
      .filter(
        (one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled && one.localName !== 'article',
      )
      .map((one) => globalThis.describe(one));
  globalThis.focused = () => {
    const element = deepest(document);
    return element === null || element === document.body
      ? undefined
      : {
          name: globalThis.describe(element),
          near: element.parentNode.textContent,
          isRow: element.closest('.virtual') !== null,
          choices: element.type === 'radio' ? element.closest('fieldset').querySelectorAll('input').length : 0,
        };
  };
}

test('the Tab key, and arrows within lists and choices, reach every control', async (page) => {
  const [seen, reached] = [new Set(), new Set()];
  let first;
  const look = async (isChoosing = false) => {
    const found = await page.evaluate(() => ({ now: globalThis.focused(), all: globalThis.controls() }));
    // A choice may show other cards, until the first one is chosen again.
    if (!isChoosing) for (const one of found.all) seen.add(one);
    if (found.now !== undefined) reached.add(found.now.name);
    return found.now;
  };
  const press = async (key, isChoosing) => {
    await page.press(key);
    await page.settle();
    return await look(isChoosing);
  };
  /** Presses a key until the focus stays where it is. */
  const toEnd = async (key) => {
    let [before, now] = [undefined, (await press(key)).name];
    while (now !== before) [before, now] = [now, (await press(key)).name];
  };
  await look();
  for (let i = 0; i < 400; i++) {
    const now = await press('Tab');
    // Around once.
    if (now === undefined || now.name === first) break;
    first ??= now.name;
    for (let choice = 0; choice < now.choices; choice++) await press('ArrowRight', choice < now.choices - 1);
    if (now.isRow) {
      await press('Home');
      await toEnd('ArrowDown');
    }
  }
  const missed = [...seen].filter((one) => !reached.has(one));
  assert.deepEqual(missed, []);
  // All parts were there.
  for (const part of [
    'Colour of sweep/seed=0',
    'Runs / input All of sweep/seed=',
    'Groups / button test',
    'Axes / input',
    'Alerts',
    'batch_loss / Runs of batch_loss',
    'Save as CSV',
    'Activation of',
    'Markdown',
    'Brightness',
    'Layers over steps',
  ]) {
    assert.ok(
      [...reached].some((one) => one.includes(part)),
      `${part} is not among\n${[...reached].join('\n')}`,
    );
  }
});

/** Presses Tab until the focus is on a control whose description matches. */
async function tabTo(page, pattern) {
  for (let i = 0; i < 400; i++) {
    const now = await page.evaluate('focused()');
    if (now?.name.match(pattern)) return;
    await page.press('Tab');
    await page.settle();
  }
  assert.fail(`${pattern} cannot be reached`);
}
const view = (page, expression) => page.evaluate(`viewer.state.view.${expression}`);

test('runs, groups, axes, colours and the smoothing are changed by keys', async (page) => {
  await tabTo(page, 'Smoothing of scalars');
  await page.press('End');
  assert.equal(await view(page, 'smoothing'), 0.999);
  await tabTo(page, /Runs \/ input (?!Filter)/);
  await page.press('End');
  await page.press(' ');
  assert.deepEqual(await page.evaluate('[...viewer.state.view.hiddenRuns]'), ['sweep/seed=1']);
  await page.press(' ');
  await tabTo(page, 'Colour of');
  const run = (await page.evaluate('focused()')).name.replace(/^.*Colour of /, '');
  assert.equal(await view(page, 'run'), run, 'the line of the run is marked');
  await tabTo(page, /Groups \/ button (?!Fold)/);
  await page.press('End');
  await page.press('Enter');
  await page.settle();
  assert.match((await page.evaluate('focused()')).name, /^Text \/ button Text/);
  await page.press('Enter');
  await page.settle();
  assert.equal(await page.locator('.card.text').count(), 0, 'the section is folded');
});

test('axes are linked and parted by keys', async (page) => {
  const axes = () => page.locator('.axes li').count();
  assert.equal(await axes(), 2);
  await tabTo(page, 'Axes / input');
  await page.press(' ');
  await page.press('Tab');
  await page.press(' ');
  await tabTo(page, 'Axes / button Link');
  await page.press('Enter');
  await page.settle();
  assert.equal(await axes(), 1);
  // The button is disabled now, and the focus is where it was.
  await page.press('Shift+Tab');
  await tabTo(page, 'Axes / input');
  await page.press(' ');
  await tabTo(page, 'Axes / button Part');
  await page.press('Enter');
  await page.settle();
  assert.equal(await axes(), 2);
});

test('a card, its menu and its table are used by keys', async (page) => {
  await tabTo(page, 'Menu of epoch_loss');
  await page.press('Enter');
  await page.settle();
  assert.match((await page.evaluate('focused()')).name, /An axis of its own$/);
  await page.press('Tab');
  await page.press('Enter');
  await page.settle();
  assert.equal(await page.locator('.card.large').getAttribute('aria-label'), 'epoch_loss');
  await tabTo(page, 'epoch_loss: lines over steps');
  await page.press('ArrowLeft');
  await page.press('ArrowLeft');
  assert.equal(await view(page, 'hover.step'), 7);
  await tabTo(page, 'Runs of epoch_loss / button value');
  await page.press('Enter');
  await page.settle();
  const rows = await page.locator('.run-table [role=rowheader]').allTextContents();
  assert.deepEqual(rows, ['validation', 'train'], 'the largest value first');
  await tabTo(page, 'Save as CSV');
  const { name, bytes } = await page.download(() => page.press('Enter'));
  assert.equal(name, 'epoch_loss.csv');
  assert.match(String(bytes), /^run,smoothed,value,step,relative_seconds\r\nvalidation,/);
  await page.press('Escape');
  await page.settle();
  assert.equal(await page.locator('.run-table').isVisible(), false);
});

test('an activation is read by keys, and a unit of it is followed', async (page) => {
  await tabTo(page, 'Activation of 0');
  await page.press('ArrowRight');
  await page.press('End');
  await page.settle();
  assert.match((await page.evaluate('focused()')).near, /\[0, 2\] −?[\d.]+\[0, 2\]: −?[\d.]+$/);
  await page.press('Enter');
  await page.settle();
  assert.match((await page.evaluate('focused()')).near, /Following \[0, 2\]$/);
});

await tests.run();
await server.stop();
rmSync(directory, { recursive: true });
