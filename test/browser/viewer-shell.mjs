// The viewer as a whole, in Chromium and Firefox, under a policy that allows no style and no script but the page's own.
//
//   npm run build && node test/browser/viewer-shell.mjs [part of a test's name] [--in chromium|firefox]
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { suite } from './harness/suite.mjs';

const POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src blob: data:";
const fixture = fileURLToPath(new URL('../fixtures/viewer/logs', import.meta.url));
const files = readdirSync(fixture, { recursive: true }).filter((name) => name.includes('tfevents'));
const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('viewer-shell-page.ts', import.meta.url))],
  bundle: true,
  format: 'esm',
  write: false,
});
const scripts = {
  '/page.js': outputFiles[0].text,
  '/axe.js': readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
};
const server = createServer((request, response) => {
  const [path, query] = request.url.split('?');
  response.setHeader('content-security-policy', POLICY);
  if (path === '/') {
    response.setHeader('content-type', 'text/html');
    response.end(
      '<!doctype html><html lang="en"><head><title>viewer</title><meta name="viewport" content="width=device-width"></head>' +
        '<body><div id="viewer"></div><script src="/axe.js"></script><script type="module" src="/page.js"></script></body></html>',
    );
  } else if (scripts[path] !== undefined) {
    response.setHeader('content-type', 'text/javascript');
    response.end(scripts[path]);
  } else if (path === '/fixture' && files.includes(decodeURIComponent(query))) {
    response.end(readFileSync(`${fixture}/${decodeURIComponent(query)}`));
  } else {
    response.statusCode = 404;
    response.end();
  }
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${server.address().port}`;
const tests = suite('viewer shell', { args: ['--disable-gpu', '--js-flags=--expose-gc'] });

/** A test on its own page, which asks its own server alone. */
function test(name, run, options) {
  tests.test(
    name,
    async (open) => {
      const page = await open(`${origin}/`, options);
      await page.until('viewerTest !== undefined');
      await run(new Viewer(page));
      const elsewhere = page.requests.filter((url) => !/^(blob|data):/.test(url) && !url.startsWith(`${origin}/`));
      assert.deepEqual(elsewhere, []);
      assert.deepEqual(
        page.requests.filter((url) => url.includes('pwned')),
        [],
        'markup was read',
      );
    },
    options,
  );
}

class Viewer {
  constructor(page) {
    this.page = page;
  }

  /** Calls a function of `viewerTest` in the page. */
  call(name, ...args) {
    return this.page.evaluate((name, args) => globalThis.viewerTest[name](...args), name, args);
  }

  settle() {
    return this.page.settle();
  }

  find(selector, options) {
    return this.page.locator(selector, options);
  }

  inRoot(run, arg) {
    return this.page.evaluate(`(${run})(document.querySelector('#viewer').shadowRoot, ${JSON.stringify(arg)})`);
  }

  /** The element that has the focus, within the shadow root. */
  focused() {
    return this.inRoot(
      (root) => root.activeElement?.getAttribute('aria-label') ?? root.activeElement?.className ?? null,
    );
  }

  async axe() {
    const { violations } = await this.page.evaluate(() =>
      globalThis.axe.run(document, { resultTypes: ['violations'] }),
    );
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(
        ({ id, nodes }) =>
          `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).slice(0, 3)}`,
      );
  }
}

test('a training has an overview, a card for each tag and run, and alerts', async (viewer) => {
  await viewer.call('mountTraining', 60);
  await viewer.settle();
  assert.equal(await viewer.find('.overview').isVisible(), true);
  // Eight layers and a text of two runs, three scalars.
  assert.equal(await viewer.find('.card').count(), 8 * 2 + 3 + 2);
  assert.deepEqual(await viewer.find('h2 .fold').allTextContents(), [
    'Overview',
    'Histograms 8',
    'Scalars 3',
    'Text 1',
  ]);
  assert.deepEqual(await viewer.find('.run-line label').allTextContents(), ['baseline', 'lr-0.1']);
  const alerts = await viewer.call('alerts');
  assert.ok(alerts.length >= 3);
  assert.equal(await viewer.find('.alert').count(), alerts.length);
});

test('only cards near the viewport are made', async (viewer) => {
  await viewer.call('mountTraining', 20);
  await viewer.settle();
  const made = await viewer.find('.card:has(canvas)').count();
  assert.ok(made > 0 && made < 16, `${made}`);
  await viewer.find('.card').last().scrollIntoViewIfNeeded();
  await viewer.settle();
  await viewer.find('.card .markdown').last().waitFor();
  assert.match(await viewer.find('.card .markdown').last().textContent(), /optimizer: sgd/);
});

for (const colorScheme of ['light', 'dark']) {
  test(
    `axe finds nothing serious: ${colorScheme}`,
    async (viewer) => {
      await viewer.call('mountTraining', 30);
      await viewer.settle();
      await viewer.call('change', {
        hover: { step: 12, tag: 'activations/fc1', run: 'baseline' },
        brush: [['activations/fc1', [5, 20]]],
        filter: '/(/',
      });
      await viewer.settle();
      assert.deepEqual(await viewer.axe(), [], 'with a brush');
      await viewer.call('change', { filter: '' });
      await viewer.find('.card').last().scrollIntoViewIfNeeded();
      await viewer.settle();
      assert.deepEqual(await viewer.axe(), [], 'scalars and text');
      for (const kind of ['scalar', 'histogram']) {
        const plot = viewer.find(`.card.${kind} [role=application]`).first();
        await plot.scrollIntoViewIfNeeded();
        await plot.focus();
        await viewer.find('.run-table').waitFor();
        await viewer.settle();
        assert.deepEqual(await viewer.axe(), [], `with the table of a ${kind} card`);
      }
      await viewer.find('.card .icon').last().click();
      assert.deepEqual(await viewer.axe(), [], 'with the menu');
      await viewer.page.press('Escape');
      await viewer.page.press('?');
      assert.equal(await viewer.find('dialog').isVisible(), true);
      assert.deepEqual(await viewer.axe(), [], 'with the help');
    },
    { colorScheme },
  );
}

test(
  'axe finds nothing serious: narrow, with runs and alerts',
  async (viewer) => {
    await viewer.call('mountTraining', 30);
    await viewer.settle();
    assert.equal(await viewer.find('aside').isVisible(), false);
    await viewer.find('.side-switch').click();
    assert.equal(await viewer.find('aside').isVisible(), true);
    assert.deepEqual(await viewer.axe(), []);
  },
  { viewport: { width: 390, height: 844 } },
);

test(
  'a narrow page does not scroll sideways',
  async (viewer) => {
    await viewer.call('mountTraining', 30);
    await viewer.settle();
    const { scroll, client } = await viewer.page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      client: document.documentElement.clientWidth,
    }));
    assert.ok(scroll <= client, `${scroll} of ${client}`);
    const [first, second] = await Promise.all([0, 1].map((i) => viewer.find('.card').nth(i).boundingBox()));
    assert.equal(first.x, second.x);
  },
  { viewport: { width: 390, height: 844 } },
);

test('markup in tags, runs, texts and images is shown as text', async (viewer) => {
  await viewer.call('mountMarkup');
  await viewer.settle();
  await viewer.find('.card').last().scrollIntoViewIfNeeded();
  await viewer.find('.markdown').waitFor();
  await viewer.settle();
  const { scripts, images, text } = await viewer.inRoot((root) => ({
    scripts: root.querySelectorAll('script').length,
    images: [...root.querySelectorAll('img')].map(({ src }) => src.slice(0, 5)),
    text: root.querySelector('.markdown')?.textContent ?? '',
  }));
  assert.equal(scripts, 0);
  // The fake PNG is not shown.
  assert.deepEqual(
    images.filter((src) => src !== 'blob:'),
    [],
  );
  assert.match(text, /^<img src="\/pwned"/);
  for (const format of ['SVG', 'PNG']) {
    await viewer.find('.card .icon').first().click();
    const save = viewer.find('.menu button', { hasText: `Save as ${format}` });
    const { name, bytes } = await viewer.page.download(() => save.click());
    assert.match(name, /^img_src_pwned[\w.-]*\.(svg|png)$/);
    if (format === 'PNG') continue;
    const svg = bytes.toString();
    const parsed = await viewer.page.evaluate((svg) => {
      const { documentElement } = new DOMParser().parseFromString(svg, 'image/svg+xml');
      return [
        documentElement.localName,
        documentElement.querySelectorAll('img, script, parsererror, [onerror]').length,
      ];
    }, svg);
    assert.deepEqual(parsed, ['svg', 0]);
  }
  assert.equal(await viewer.page.evaluate('globalThis.pwned'), undefined);
});

test('an alert leads to its card and its step', async (viewer) => {
  await viewer.call('mountTraining', 60);
  await viewer.settle();
  const alerts = await viewer.call('alerts');
  const index = alerts.findIndex(({ kind, tag }) => kind === 'nan' && tag.startsWith('activations/'));
  // Even if its card is filtered out, its section folded, its run hidden.
  await viewer.call('change', { filter: 'conv1' });
  await viewer.find('h2 .fold', { hasText: 'Histograms' }).click();
  await viewer.find('.run-line input[type=checkbox]').nth(1).uncheck();
  await viewer.find('.alert').nth(index).click();
  await viewer.settle();
  const { run, tag, step } = alerts[index];
  const view = await viewer.call('view');
  assert.deepEqual([view.hover.step, view.hover.tag, view.filter], [step, tag, '']);
  assert.equal(await viewer.focused(), `${tag}, ${run}`);
  // Not by :focus, which Firefox matches in the active window alone.
  const box = await viewer.find(`.card[aria-label="${tag}, ${run}"]`).boundingBox();
  assert.ok(box.y >= 0 && box.y + box.height <= 900, 'the whole card is to be seen');
});

test('a cell of the overview leads to its card', async (viewer) => {
  await viewer.call('mountTraining', 60);
  await viewer.settle();
  const pane = viewer.find('.pane');
  const box = await pane.boundingBox();
  // The last row, near the right edge.
  await pane.hover({ position: { x: box.width - 60, y: box.height - 5 } });
  await viewer.settle();
  assert.match(await viewer.find('.readout').textContent(), /^activations\/fc2 · lr-0\.1 · step 5\d · std /);
  await pane.click({ position: { x: box.width - 60, y: box.height - 5 } });
  await viewer.settle();
  assert.equal(await viewer.focused(), 'activations/fc2, lr-0.1');
});

test('the overview works with the keyboard', async (viewer) => {
  await viewer.call('mountTraining', 60);
  await viewer.settle();
  await viewer.find('.pane').focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowLeft']) await viewer.page.press(key);
  const { hover } = await viewer.call('view');
  assert.deepEqual([hover.tag, hover.run, hover.step], ['activations/conv2', 'baseline', 58]);
  for (let i = 0; i < 4; i++) await viewer.page.press('Shift+ArrowLeft');
  assert.deepEqual((await viewer.call('view')).brush, [['activations/conv1', [54, 58]]]);
  await viewer.page.press('Enter');
  await viewer.settle();
  assert.equal(await viewer.focused(), 'activations/conv2, baseline');
});

test('all cards share the brush and the pointer', async (viewer) => {
  await viewer.call('mountTraining', 100);
  await viewer.settle();
  // Only visible cards are drawn.
  const pictures = () =>
    viewer.inRoot((root) =>
      [...root.querySelectorAll('.card canvas')]
        .filter((one) => one.getBoundingClientRect().top < innerHeight - 50)
        .map((one) => one.toDataURL()),
    );
  const before = await pictures();
  const pane = await viewer.find('.pane').boundingBox();
  const at = (share) => pane.x + 100 + (pane.width - 120) * share;
  await viewer.page.mouse.move(at(0.3), pane.y + 20);
  await viewer.page.mouse.down();
  await viewer.page.mouse.move(at(0.5), pane.y + 20, { steps: 5 });
  await viewer.page.mouse.up();
  await viewer.settle();
  const { brush: brushes, hover } = await viewer.call('view');
  const brush = brushes[0][1];
  assert.ok(brush[0] > 25 && brush[0] < 35 && brush[1] > 45 && brush[1] < 55, `${brush}`);
  assert.ok(hover.step > 45 && hover.step < 55);
  const after = await pictures();
  // Two canvases per card: only the upper one follows the pointer.
  assert.ok(before.length >= 4);
  assert.ok(after.filter((one, i) => one !== before[i]).length * 2 >= before.length);
  await viewer.find('.card.scalar').first().scrollIntoViewIfNeeded();
  await viewer.settle();
  const marks = await viewer.inRoot((root) =>
    [...root.querySelectorAll('.card.scalar .brush')].map((one) => [one.hidden, Number.parseFloat(one.style.width)]),
  );
  assert.ok(marks.length > 0 && marks.every(([hidden, width]) => !hidden && width > 20), JSON.stringify(marks));
  await viewer.find('.card.scalar').first().press('Escape');
  assert.deepEqual((await viewer.call('view')).brush, []);
});

test('the numbers of a scalar card are those at the pointer', async (viewer) => {
  await viewer.call('mount', []);
  await viewer.call('add', 50, 0);
  await viewer.call('change', { smoothing: 0 });
  await viewer.settle();
  await viewer.call('change', { hover: { step: 9 } });
  await viewer.settle();
  assert.match(await viewer.find('.card .values').textContent(), /^0\.1step 9$/);
  const plot = viewer.find('.plot');
  const { width } = await plot.boundingBox();
  // 52 to the left of the plot and 12 to the right: the middle of 0 to 49 is nearest to 24 or 25.
  await plot.hover({ position: { x: 52 + ((width - 64) * 25) / 49, y: 60 } });
  assert.equal((await viewer.call('view')).hover.step, 25);
  await plot.dblclick({ position: { x: 100, y: 60 } });
  await plot.focus();
  await viewer.page.press('ArrowRight');
});

test('keys: filter, cards, modes, help', async (viewer) => {
  await viewer.call('mountTraining', 30, { pageKeys: true });
  await viewer.settle();
  const { page } = viewer;
  await page.press('/');
  await page.keyboard.type('fc jhro');
  assert.equal((await viewer.call('view')).filter, 'fc jhro');
  assert.equal((await viewer.call('view')).histograms, 'heat');
  await viewer.call('change', { filter: 'fc' });
  await page.press('Escape');
  await viewer.settle();
  assert.deepEqual(await viewer.find('h2 .fold').allTextContents(), ['Overview', 'Histograms 2']);
  await page.press('j');
  assert.equal(await viewer.focused(), 'activations/fc1, baseline');
  await page.press('j');
  assert.equal(await viewer.focused(), 'activations/fc1, lr-0.1');
  await page.press('k');
  assert.equal(await viewer.focused(), 'activations/fc1, baseline');
  await page.press('r');
  await page.press('l');
  const view = await viewer.call('view');
  assert.deepEqual([view.histograms, view.valueAxis], ['ridge', 'linear']);
  const steps = [['loss/train', [2, 20]]];
  await viewer.call('change', { brush: [['loss/train', [3, 9]]], steps });
  await page.press('Escape');
  assert.deepEqual([(await viewer.call('view')).brush, (await viewer.call('view')).steps], [[], steps]);
  await page.press('Escape');
  assert.deepEqual((await viewer.call('view')).steps, []);
  await page.press('?');
  assert.equal(await viewer.find('dialog').isVisible(), true);
  await page.press('Escape');
  assert.equal(await viewer.find('dialog').isVisible(), false);
});

test("a viewer within a page leaves the page's keys alone", async (viewer) => {
  await viewer.call('mountTraining', 10);
  await viewer.settle();
  await viewer.page.press('r');
  await viewer.page.press('/');
  assert.equal((await viewer.call('view')).histograms, 'heat');
  assert.equal(await viewer.focused(), null);
});

test('an invalid regular expression is shown, and hides nothing', async (viewer) => {
  await viewer.call('mountTraining', 10);
  await viewer.settle();
  const filter = viewer.find('.toolbar .filter input');
  await filter.fill('/conv(/');
  assert.match(await viewer.find('.toolbar .filter p').textContent(), /invalid regular expression|unterminated/i);
  assert.equal(await filter.getAttribute('aria-invalid'), 'true');
  assert.equal(await viewer.find('.card').count(), 21);
  await filter.fill('/conv\\d/');
  await viewer.settle();
  assert.equal(await viewer.find('.toolbar .filter p').isVisible(), false);
  assert.equal(await viewer.find('.card').count(), 4);
  assert.equal(await viewer.find('[role=status]').textContent(), '2 of 12 tags');
});

test('runs are hidden, alone, and overlaid', async (viewer) => {
  await viewer.call('mountTraining', 10);
  await viewer.settle();
  await viewer.find('.run-line input[type=checkbox]').first().uncheck();
  await viewer.settle();
  assert.equal(await viewer.find('.card.histogram').count(), 8);
  await viewer.find('.run-line').first().hover();
  await viewer.find('.only').first().click();
  assert.deepEqual(await viewer.page.evaluate(() => [...globalThis.viewerTest.view().hiddenRuns]), ['lr-0.1']);
  await viewer.find('.only').first().click();
  await viewer.find('.choice label', { hasText: 'Overlaid' }).click();
  await viewer.settle();
  assert.equal(await viewer.find('.card.histogram').count(), 8);
  assert.equal((await viewer.call('view')).runs, 'overlaid');
});

test('a paused view does not change', async (viewer) => {
  await viewer.call('mount', []);
  await viewer.call('add', 20, 0);
  await viewer.settle();
  await viewer.find('button', { hasText: 'Pause' }).click();
  await viewer.call('add', 100, 20);
  await viewer.settle();
  assert.deepEqual((await viewer.call('view')).steps, [['loss', [0, 19]]]);
  assert.equal(await viewer.find('.status').textContent(), 'paused · steps 0–119');
  await viewer.find('button', { hasText: 'Follow' }).click();
  await viewer.settle();
  assert.deepEqual((await viewer.call('view')).steps, []);
  assert.match(await viewer.find('.card .values').textContent(), /step 119$/);
});

test('loading, an empty source and its warnings are shown and announced', async (viewer) => {
  await viewer.call('mount', []);
  await viewer.settle();
  assert.equal(await viewer.find('.empty').textContent(), 'Nothing has been logged yet.');
  await viewer.call('progress', 25_000_000, 100_000_000);
  assert.equal(await viewer.find('.status').textContent(), '25 % of 100 MB');
  assert.equal(await viewer.find('progress').getAttribute('value'), '0.25');
  assert.equal(await viewer.find('[role=status]').textContent(), 'Loading: 25 percent.');
  await viewer.call('progress', 100_000_000, 100_000_000);
  assert.equal(await viewer.find('progress').isVisible(), false);
  assert.equal(await viewer.find('[role=status]').textContent(), 'Loaded.');
  await viewer.call('warning', 'runs/: no such directory');
  assert.equal(await viewer.find('.empty').textContent(), 'runs/: no such directory');
  assert.deepEqual(await viewer.find('.warnings li').allTextContents(), ['runs/: no such directory']);
  await viewer.call('add', 3, 0);
  await viewer.settle();
  assert.equal(await viewer.find('.empty').isVisible(), false);
});

test('a card is saved as an image, and as its exact bins', async (viewer) => {
  await viewer.call('mountPytorch', files);
  await viewer.settle();
  const save = async (format) => {
    await viewer.find('.card[aria-label="fc1, lr=0.01"] .icon').click();
    const save = viewer.find('.menu button', { hasText: `Save as ${format}` });
    const { name, bytes } = await viewer.page.download(() => save.click());
    assert.equal(name, `fc1_lr_0.01.${format.toLowerCase()}`);
    return bytes;
  };
  const png = await save('PNG');
  assert.deepEqual([...png.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  assert.ok(png.readUInt32BE(16) > 600 && png.readUInt32BE(20) > 300, 'twice the size of the card');
  assert.match((await save('SVG')).toString(), /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[\s\S]*<\/svg>\n$/);
  const columns = await viewer.call('bins', 'lr=0.01', 'fc1');
  const wanted = columns.flatMap(({ step, edges, counts }) =>
    counts.flatMap((count, i) =>
      count === 0 ? [] : [{ run: 'lr=0.01', step, left: edges[i], right: edges[i + 1], count }],
    ),
  );
  const json = JSON.parse((await save('JSON')).toString()).filter(
    ({ left, count }) => typeof left === 'number' && count > 0,
  );
  assert.ok(wanted.length > 100);
  assert.deepEqual(json, wanted);
  const [heading, ...lines] = (await save('CSV')).toString().trimEnd().split('\r\n');
  assert.equal(heading, 'run,step,left,right,count');
  const csv = lines
    .map((line) => line.split(','))
    .filter(([, , left, , count]) => Number(count) > 0 && !Number.isNaN(Number(left)) && Number.isFinite(Number(left)));
  assert.deepEqual(
    csv.map(([run, ...rest]) => [run, ...rest.map(Number)]),
    wanted.map(Object.values),
  );
});

test('what PyTorch logged is shown, with the image and the text of a step', async (viewer) => {
  await viewer.call('mountPytorch', files);
  await viewer.settle();
  assert.deepEqual(await viewer.find('h2 .fold').allTextContents(), [
    'Overview',
    'Histograms 5',
    'Scalars 2',
    'Images 1',
    'Text 1',
  ]);
  await viewer.find('.card.image').first().scrollIntoViewIfNeeded();
  await viewer.settle();
  const image = viewer.find('.card.image img').first();
  assert.ok((await image.evaluate((one) => one.decode().then(() => one.naturalWidth))) > 0);
  assert.match(await image.getAttribute('alt'), /^input at step \d+$/);
});

test('images follow slider and pointer, and their URLs are revoked', async (viewer) => {
  await viewer.call('mountImages', 5);
  await viewer.settle();
  const alt = () => viewer.find('.card img').getAttribute('alt');
  const urls = () => viewer.page.evaluate(() => globalThis.viewerTest.left.urls);
  assert.deepEqual([await alt(), await urls()], ['input at step 4', 1]);
  await viewer.find('.slider input').first().focus();
  await viewer.page.press('ArrowLeft');
  await viewer.settle();
  assert.deepEqual([await alt(), await urls()], ['input at step 3', 1]);
  await viewer.call('change', { hover: { step: 1.7 } });
  await viewer.settle();
  assert.deepEqual([await alt(), await urls()], ['input at step 1', 1]);
  await viewer.call('change', { hover: null });
  await viewer.settle();
  assert.deepEqual([await alt(), await urls()], ['input at step 3', 1]);
  await viewer.call('unmount');
  assert.equal(await urls(), 0);
});

test('of several images of a step all are shown, or one', async (viewer) => {
  await viewer.call('mountImages', 3, 4);
  await viewer.settle();
  const shown = () =>
    viewer.inRoot((root) => [...root.querySelectorAll('.card img')].map(({ alt }) => alt.replace('input at ', '')));
  assert.deepEqual(
    await shown(),
    [1, 2, 3, 4].map((i) => `step 2, image ${i} of 4`),
  );
  await viewer.find('.slider .which').focus();
  for (let i = 0; i < 3; i++) await viewer.page.press('ArrowRight');
  await viewer.settle();
  assert.deepEqual(await shown(), ['step 2, image 3 of 4']);
  assert.equal(await viewer.find('.slider .which').getAttribute('aria-valuetext'), '3 of 4');
  await viewer.find('.slider input').first().focus();
  await viewer.page.press('Home');
  await viewer.settle();
  assert.deepEqual(await shown(), ['step 0, image 3 of 4']);
});

test('unmounting leaves nothing', async (viewer) => {
  const left = () => viewer.page.evaluate(() => ({ ...globalThis.viewerTest.left }));
  const before = await left();
  await viewer.call('mountTraining', 40, { pageKeys: true });
  await viewer.settle();
  assert.equal(await viewer.call('connected'), 1);
  assert.ok((await left()).listeners > before.listeners);
  // During new data and a drag.
  await viewer.call('add', 10, 0);
  await viewer.call('unmount');
  await viewer.call('unmount');
  assert.equal(await viewer.call('connected'), 0);
  await viewer.settle();
  const after = await left();
  assert.deepEqual([after.listeners, after.urls], [before.listeners, before.urls]);
  assert.equal(await viewer.inRoot((root) => root.childNodes.length + root.adoptedStyleSheets.length), 0);
});

test(
  'with another viewer in its place nothing refers to the first',
  async (viewer) => {
    await viewer.call('mountTraining', 40, { pageKeys: true });
    await viewer.settle();
    await viewer.page.evaluate(() => {
      globalThis.first = globalThis.viewerTest.weak();
    });
    await viewer.call('unmount');
    await viewer.call('mount', []);
    await viewer.settle();
    await viewer.page.until('(gc(), first.deref() === undefined)');
  },
  // Firefox has no gc().
  { only: 'chromium' },
);

test('an element holds one viewer', async (viewer) => {
  await viewer.call('mount', []);
  assert.match(await viewer.call('again'), /holds a viewer already; unmount\(\) that one first/);
  await viewer.call('unmount');
  await viewer.call('mount', []);
});

test('wrong arguments are errors, and leave the element free', async (viewer) => {
  const wanted = [
    /^TypeError: .*first argument must be an Element, got null/,
    /^TypeError: .*first argument must be an Element, got an? HTMLDocument/,
    /^TypeError: .*source must be a DataSource or a Selection, got undefined/,
    /^TypeError: .*source must be a DataSource or a Selection, got an object/i,
    /^TypeError: .*unknown option "color"; the options are theme, pageKeys/,
    /^TypeError: .*option "theme" must be one of 'auto', 'light', 'dark', got the string "blue"/,
    /^Error: .*a <img> .* cannot hold a viewer/,
    /^Error: no such directory/,
    /^TypeError: .*the options must be an object, got null/,
  ];
  const refusals = await viewer.call('refusals');
  assert.equal(refusals.length, wanted.length);
  for (const [i, pattern] of wanted.entries()) assert.match(refusals[i], pattern);
  await viewer.call('mount', []);
});

test('of ten thousand tags only the cards in sight are made', async (viewer) => {
  await viewer.call('mountMany', 10_000);
  await viewer.settle();
  assert.equal(await viewer.find('h2 .fold').nth(1).textContent(), 'Histograms 10000');
  assert.equal(await viewer.find('h3 .fold').count(), 20);
  const made = await viewer.find('.card:has(canvas)').count();
  assert.ok(made > 0 && made < 40, `${made} cards`);
  const typed = await viewer.page.evaluate(async () => {
    const start = performance.now();
    globalThis.viewerTest.change({ filter: 'layer99' });
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    return performance.now() - start;
  });
  await viewer.call('change', { filter: '' });
  await viewer.settle();
  const hovered = await viewer.page.evaluate(async () => {
    const start = performance.now();
    for (let i = 0; i < 20; i++) {
      globalThis.viewerTest.change({ hover: { step: i / 20 } });
      await new Promise((done) => requestAnimationFrame(done));
    }
    return (performance.now() - start) / 20;
  });
  console.log(`     10,000 tags: a filter takes ${typed.toFixed(0)} ms, a hover ${hovered.toFixed(1)} ms a frame`);
  await viewer.call('change', { filter: 'layer9999' });
  await viewer.settle();
  assert.equal(await viewer.find('.card').count(), 1);
  await viewer.find('h2 .fold').nth(1).click();
  assert.equal(await viewer.find('.card').count(), 0);
});

test('sections and groups stay folded', async (viewer) => {
  await viewer.call('mountTraining', 10);
  await viewer.settle();
  const fold = viewer.find('h3 .fold', { hasText: 'loss' });
  await fold.click();
  assert.equal(await fold.getAttribute('aria-expanded'), 'false');
  assert.equal(await viewer.find('.card.scalar').count(), 1);
  await viewer.call('change', { filter: 'loss' });
  await viewer.settle();
  await viewer.call('change', { filter: '' });
  await viewer.settle();
  assert.equal(await viewer.find('.card.scalar').count(), 1);
  await fold.click();
  await viewer.settle();
  assert.equal(await viewer.find('.card.scalar').count(), 3);
});

test(
  'on paper all cards are made, in the light theme, without controls',
  async (viewer) => {
    await viewer.call('mountTraining', 20);
    await viewer.settle();
    assert.equal(await viewer.find('.root').getAttribute('data-theme'), 'dark');
    await viewer.page.onPaper(true);
    await viewer.settle();
    assert.equal(await viewer.find('.root').getAttribute('data-theme'), 'light');
    assert.equal(await viewer.find('.card:has(header)').count(), 21);
    for (const hidden of ['aside', '.filter', '.overview .choice', '.card .icon']) {
      assert.equal(await viewer.find(hidden).first().isVisible(), false, hidden);
    }
    const pdf = Buffer.from(await viewer.page.raw.pdf({ format: 'A4' })).toString('latin1');
    // Firefox compresses the list of pages.
    const pages = pdf.match(/\/Type\s*\/Page\b/g) ?? [];
    assert.ok(viewer.page.isFirefox || pages.length >= 3, `${pages.length} pages`);
    await viewer.page.onPaper(false);
    await viewer.settle();
    assert.equal(await viewer.find('.root').getAttribute('data-theme'), 'dark');
  },
  { colorScheme: 'dark' },
);

test('no card fails for only NaN, steps that go backwards, no times, or no data', async (viewer) => {
  await viewer.call('mountOddities');
  await viewer.settle();
  for (const histograms of ['heat', 'ridge', 'overlay']) {
    for (const axis of ['linear', 'symlog']) {
      for (const unit of ['step', 'relative', 'wall']) {
        await viewer.call('change', { axis: unit, histograms, valueAxis: axis, scalarAxis: axis });
        await viewer.settle();
      }
    }
  }
  for (const card of await viewer.find('.card').all()) await card.scrollIntoViewIfNeeded();
  await viewer.settle();
  assert.equal(await viewer.find('.card').count(), 11);
});

test('statistics of the overview, scaled over all rows and each row', async (viewer) => {
  await viewer.call('mountTraining', 60);
  await viewer.settle();
  const picture = () => viewer.inRoot((root) => root.querySelector('.pane canvas').toDataURL());
  const seen = new Set([await picture()]);
  for (const name of ['Mean', 'Min', 'Max', 'Zeros', 'NaN, Inf']) {
    await viewer.find('.overview .choice label', { hasText: name }).click();
    await viewer.settle();
    seen.add(await picture());
  }
  await viewer.find('.overview .choice label', { hasText: 'Std' }).click();
  await viewer.find('.overview .choice label', { hasText: 'Each row' }).click();
  await viewer.settle();
  seen.add(await picture());
  // A statistic that changes together with the pointer.
  await viewer.call('change', { statistic: 'count', hover: { step: 3 } });
  await viewer.settle();
  seen.add(await picture());
  await viewer.call('change', { statistic: 'std', hover: null });
  await viewer.settle();
  assert.equal(seen.size, 8, 'eight different pictures');
  assert.match(await viewer.find('.legend').textContent(), /low.*high.*log, 5–95 % of the row/);
});

await tests.run();
server.close();
