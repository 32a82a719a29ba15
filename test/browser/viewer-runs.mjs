// The viewer on directories of many runs, in Chromium and Firefox: the panel of runs, the table below a card, groups, and what
// the page itself looks like.
//
//   npm run build && node test/browser/viewer-runs.mjs [part of a test's name] [--in chromium|firefox]
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SummaryWriter } from '../../dist/tensorboard.js';
import { suite } from './harness/suite.mjs';
import { startView } from './viewer-command.mjs';

const temporary = mkdtempSync(join(tmpdir(), 'layertap-runs-'));
/** A page that is closed may still ask a server that is gone. */
const tests = suite('viewer runs', { expected: /ERR_CONNECTION_REFUSED/ });

/** Writes runs and opens their page. @param write is called with a function that gives the writer of a run */
function test(name, write, run, options) {
  tests.test(
    name,
    async (open) => {
      const directory = mkdtempSync(join(temporary, 'logs-'));
      const writers = new Map();
      const writer = (run) => {
        if (!writers.has(run)) writers.set(run, new SummaryWriter(join(directory, run)));
        return writers.get(run);
      };
      write(writer);
      for (const one of writers.values()) await one.close();
      const server = await startView(directory);
      const page = await open(server.url, { viewport: { width: 1200, height: 900 }, ...options });
      await page.until(`viewer.store.runs.length === ${writers.size}`);
      await page.until('document.querySelector("#viewer").shadowRoot.querySelector("progress").hidden');
      await page.settle();
      await run(page);
      await server.stop();
    },
    options,
  );
}

const view = (page, expression) => page.evaluate(`viewer.state.view.${expression}`);
const hidden = (page) => page.evaluate('[...viewer.state.view.hiddenRuns].sort()');

/** Ten sweeps of a hundred runs each. */
const sweeps = (writer) => {
  for (let i = 0; i < 1000; i++) {
    for (let step = 0; step < 3; step++) writer(`sweep${i % 10}/run${i}`).addScalar('loss', i + step / 10, step);
  }
};

test(
  'a thousand runs are in a list that is made row by row, and every row can be reached by keys',
  sweeps,
  async (page) => {
    const rows = page.locator('.runs-panel .run-line');
    await rows.first().waitFor();
    assert.ok((await rows.count()) < 60, `${await rows.count()} rows`);
    await page.locator('.runs-panel .run-line input').first().focus();
    await page.press('End');
    const label = () =>
      page.evaluate('document.querySelector("#viewer").shadowRoot.activeElement.getAttribute("aria-label")');
    assert.equal(await label(), 'sweep9/run999');
    await page.press(' ');
    assert.deepEqual(await hidden(page), ['sweep9/run999']);
    await page.press(' ');
    await page.press('ArrowUp');
    assert.equal(await label(), 'sweep9/run989');
    await page.press('Tab');
    assert.equal(await label(), 'Only sweep9/run989');
    await page.press('Enter');
    await page.settle();
    assert.equal((await hidden(page)).length, 999);
    await page.press('Tab');
    assert.equal(await label(), 'Colour of sweep9/run989');
    await page.press('Home');
    assert.equal(await label(), 'Only sweep0/');
  },
);

test('runs are filtered by words and by expressions, shown and hidden together', sweeps, async (page) => {
  const field = page.locator('.runs-panel input[type=search]');
  const button = (text) => page.locator('.runs-panel button', { hasText: text });
  const sentence = page.locator('#runs-mistake');
  await field.fill('/(a+)+$/');
  assert.equal(await sentence.textContent(), 'A repetition within a repetition may take forever: (a+)+');
  await field.fill('/run(/');
  assert.match(await sentence.textContent(), /invalid regular expression|unterminated/i);
  await field.fill('/^sweep3.*n(13|23)$/');
  await page.settle();
  assert.equal(await sentence.isVisible(), false);
  assert.equal(await page.locator('.runs-panel .hint').textContent(), '2 found');
  assert.deepEqual(await page.locator('.run-line .name').allTextContents(), ['sweep3/', 'run13', 'run23']);
  await button(/^Only these$/).click();
  await page.settle();
  assert.equal((await hidden(page)).length, 998);
  await button(/^None$/).click();
  await page.settle();
  assert.equal((await hidden(page)).length, 1000);
  await field.fill('');
  await button(/^All$/).click();
  await page.settle();
  assert.deepEqual(await hidden(page), []);
  // A group, by its heading.
  await page.locator('.run-line.group input').first().click();
  await page.settle();
  assert.equal((await hidden(page)).length, 100);
  await page.locator('.run-line.group .fold').first().click();
  await page.settle();
  assert.deepEqual((await page.locator('.run-line .name').allTextContents()).slice(0, 2), ['sweep0/', 'sweep1/']);
});

const LONG = `${'a'.repeat(166)}/${'b'.repeat(166)}/${'c'.repeat(165)}`;
const RIGHT_TO_LEFT = 'תרגיל-אימון-ארוך-מאוד-של-הרשת-העמוקה-הראשונה-שלנו';

test(
  'names of 500 characters, equal but for the last, and names from right to left keep their ends',
  (writer) => {
    for (const run of [`${LONG}1`, `${LONG}2`, RIGHT_TO_LEFT]) {
      for (let step = 0; step < 9; step++) writer(run).addScalar('loss', step, step);
    }
  },
  async (page) => {
    const found = await page.evaluate(() => {
      const root = document.querySelector('#viewer').shadowRoot;
      return [...root.querySelectorAll('.run-line:not(.group) .name')].map((name) => {
        const [start, end] = name.children;
        const panel = root.querySelector('aside').getBoundingClientRect();
        const inside = ({ left, right }) => left >= panel.left && right <= panel.right;
        return {
          title: name.title,
          text: name.textContent,
          isCut: start.scrollWidth > start.clientWidth,
          endIsSeen: inside(end.getBoundingClientRect()) && end.scrollWidth <= end.clientWidth + 1,
          direction: getComputedStyle(name).direction,
        };
      });
    });
    assert.equal(found.length, 3);
    for (const name of found) assert.ok(name.isCut && name.endIsSeen, JSON.stringify(name));
    assert.deepEqual(found.map(({ direction }) => direction).sort(), ['ltr', 'ltr', 'rtl']);
    assert.deepEqual(
      found.filter(({ title }) => title.length > 400).map(({ text }) => text.at(-1)),
      ['1', '2'],
    );
    const { scroll, client } = await page.evaluate(() => ({
      scroll: document.querySelector('#viewer').shadowRoot.querySelector('aside').scrollWidth,
      client: document.querySelector('#viewer').shadowRoot.querySelector('aside').clientWidth,
    }));
    assert.ok(scroll <= client, `${scroll} of ${client}`);
  },
);

test('a colour that the user chooses is that of the run everywhere', sweeps, async (page) => {
  await page.locator('.run-line input[type=color]').first().fill('#ff00aa');
  await page.evaluate(() => globalThis.viewer.state.change({ run: 'sweep0/run0' }));
  await page.settle();
  assert.equal(await page.evaluate('viewer.state.view.colours.get("sweep0/run0")'), '#ff00aa');
  const dots = await page.evaluate(() =>
    [...document.querySelector('#viewer').shadowRoot.querySelectorAll('.values .dot')].map(
      (dot) => getComputedStyle(dot).backgroundColor,
    ),
  );
  assert.deepEqual(dots, ['rgb(255, 0, 170)']);
  // The line that is pointed at is painted in it.
  const painted = await page.evaluate(() => {
    const canvas = document.querySelector('#viewer').shadowRoot.querySelector('.card .front');
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i] === 255 && data[i + 1] === 0 && data[i + 2] === 170) count++;
    return count;
  });
  assert.ok(painted > 50, `${painted} pixels`);
  // The table has it too, and its other rows the colours of the panel.
  const { x, y } = await pointOf(page, 'loss', 0.5, 60);
  await page.mouse.move(x, y);
  await page.locator('.run-table').waitFor();
  await page.settle();
  const { panel, table } = await page.evaluate(() => {
    const root = document.querySelector('#viewer').shadowRoot;
    const colourOf = (value) => {
      const probe = document.createElement('i');
      probe.style.color = value;
      return probe.style.color;
    };
    return {
      panel: Array.from(root.querySelectorAll('.run-line input[type=color]'), (input) => [
        input.getAttribute('aria-label').replace('Colour of ', ''),
        colourOf(input.value),
      ]),
      table: Array.from(root.querySelectorAll('.run-table [role=rowheader]'), (cell) => [
        cell.querySelector('button').getAttribute('aria-label'),
        getComputedStyle(cell.querySelector('.dot')).backgroundColor,
      ]),
    };
  });
  const colours = new Map(panel);
  assert.equal(colours.get('sweep0/run0'), 'rgb(255, 0, 170)');
  const both = table.filter(([run]) => colours.has(run));
  assert.ok(both.length > 2, `${both.length} runs are in both lists`);
  for (const [run, colour] of both) assert.equal(colour, colours.get(run), run);
});

/** Two runs, of which one ends at step 10, and a third without the tag. */
const unequal = (writer) => {
  for (let step = 0; step <= 20; step++)
    writer('long').addScalar('loss', 10 + step, step, { wallTime: 1000 + step * 2 });
  for (let step = 0; step <= 10; step++) writer('short').addScalar('loss', 40 + step, step, { wallTime: 5000 + step });
  for (let step = 0; step <= 20; step++) writer('other').addScalar('accuracy', step, step);
};

const cells = (page) =>
  page.evaluate(() =>
    [...document.querySelector('#viewer').shadowRoot.querySelectorAll('.run-table [data-row]')].map((row) =>
      [...row.querySelectorAll('[role=rowheader], [role=cell]')].map(({ textContent }) => textContent),
    ),
  );

/** The point of a step in the plot of a card. */
async function pointOf(page, card, share, height) {
  const box = await page.locator(`.card[aria-label="${card}"] .plot`).boundingBox();
  return { x: box.x + 52 + (box.width - 64) * share, y: box.y + height };
}

test('the table is docked below the card, and shows the records nearest to the pointer', unequal, async (page) => {
  await page.evaluate(() => globalThis.viewer.state.change({ smoothing: 0 }));
  const { x, y } = await pointOf(page, 'loss', 0.26, 100);
  await page.mouse.move(x, y);
  await page.locator('.run-table').waitFor();
  await page.settle();
  // 0.26 of 20 is nearest to step 5.
  assert.deepEqual(await cells(page), [
    ['long', '15', '5', '10s'],
    ['short', '45', '5', '5s'],
  ]);
  const [card, table] = await Promise.all(
    ['.card[aria-label="loss"]', '.run-table'].map((selector) => page.locator(selector).boundingBox()),
  );
  assert.ok(Math.abs(table.y - (card.y + card.height)) < 3, 'below the card');
  // Beyond the end of a run there is no record of it.
  const later = await pointOf(page, 'loss', 0.77, 100);
  await page.mouse.move(later.x, later.y);
  await page.settle();
  assert.deepEqual(await cells(page), [
    ['long', '25', '15', '30s'],
    ['short', '–', '–', '–'],
  ]);
  // The pointer goes into the table, which keeps the record; its rows point at lines.
  await page.locator('.run-table [data-row="1"] .cells').hover();
  await page.settle();
  assert.equal(await view(page, 'run'), 'short');
  assert.equal(await page.locator('.card[aria-label="loss"] .values .name').textContent(), 'short');
  assert.deepEqual((await cells(page))[0], ['long', '25', '15', '30s']);
  const { bytes, name } = await page.download(() => page.locator('.run-table > button').click());
  assert.equal(name, 'loss.csv');
  assert.equal(String(bytes), 'run,value,step,relative_seconds\r\nlong,25,15,30\r\nshort,,,\r\n');
  // Sorted by the value, those without one last. Firefox shows the download, and the pointer leaves the page.
  await page.mouse.move(later.x + 1, later.y);
  await page.locator('.run-table').waitFor();
  await page.locator('.run-table .head button', { hasText: 'value' }).click();
  await page.settle();
  assert.deepEqual(
    (await cells(page)).map(([run]) => run),
    ['long', 'short'],
  );
  await page.press('Escape');
  await page.mouse.move(5, 5);
  await page.locator('.run-table').waitFor({ state: 'hidden' });
  assert.equal(await view(page, 'hover'), undefined);
});

test('pointing at a line names it, and marks its row', unequal, async (page) => {
  await page.evaluate(() => globalThis.viewer.state.change({ smoothing: 0 }));
  const plot = await page.locator('.card[aria-label="loss"] .plot').boundingBox();
  const named = new Set();
  for (let height = 10; height < plot.height - 24; height += 6) {
    const { x, y } = await pointOf(page, 'loss', 0.25, height);
    await page.mouse.move(x, y);
    await page.settle();
    const run = await view(page, 'hover?.run');
    if (run === undefined) continue;
    named.add(run);
    assert.equal(await page.locator('.card[aria-label="loss"] .values .name').textContent(), run);
    assert.equal(await page.locator('.run-table .cells.pointed .name').textContent(), run);
  }
  assert.deepEqual([...named].sort(), ['long', 'short']);
});

test('the table is the same by keys', unequal, async (page) => {
  await page.evaluate(() => globalThis.viewer.state.change({ smoothing: 0 }));
  await page.locator('.card[aria-label="loss"] .plot').focus();
  await page.locator('.run-table').waitFor();
  // Without a pointer it shows the last records.
  assert.deepEqual(await cells(page), [
    ['long', '30', '20', '40s'],
    ['short', '50', '10', '10s'],
  ]);
  for (let i = 0; i < 3; i++) await page.press('ArrowRight');
  await page.settle();
  assert.deepEqual(
    (await cells(page)).map(([, value, step]) => [value, step]),
    [
      ['13', '3'],
      ['43', '3'],
    ],
  );
  // The table follows in the order of the Tab key: four headings, then the rows.
  for (let i = 0; i < 5; i++) await page.press('Tab');
  await page.press('ArrowDown');
  await page.settle();
  assert.equal(await view(page, 'run'), 'short');
  await page.press('Escape');
  await page.locator('.run-table').waitFor({ state: 'hidden' });
});

test(
  'the table is the same by touch, and stays when the finger is lifted',
  unequal,
  async (page) => {
    await page.evaluate(() => globalThis.viewer.state.change({ smoothing: 0 }));
    const { x, y } = await pointOf(page, 'loss', 0.26, 60);
    const touch = await page.touchscreen.touchStart(x, y);
    await touch.end();
    await page.locator('.run-table').waitFor();
    await page.settle();
    assert.deepEqual(await cells(page), [
      ['long', '15', '5', '10s'],
      ['short', '45', '5', '5s'],
    ]);
  },
  { touch: true, viewport: { width: 420, height: 900 } },
);

test('a thousand rows of the table are made row by row', sweeps, async (page) => {
  const { x, y } = await pointOf(page, 'loss', 0.5, 60);
  await page.mouse.move(x, y);
  await page.locator('.run-table').waitFor();
  await page.settle();
  assert.equal(await page.locator('.run-table [role=table]').getAttribute('aria-rowcount'), '1001');
  const rows = await page.locator('.run-table [data-row]').count();
  assert.ok(rows > 5 && rows < 40, `${rows} rows`);
});

test(
  'of histograms the table has median, standard deviation and NaN',
  (writer) => {
    for (let step = 0; step < 5; step++) {
      writer('run').addHistogram('fc1', Float32Array.of(0, 1, 2, 3, 4, ...Array(step).fill(Number.NaN)), step);
    }
  },
  async (page) => {
    await page.locator('.card.histogram [role=application]').focus();
    await page.locator('.run-table').waitFor();
    await page.settle();
    assert.deepEqual(
      await page.evaluate(() =>
        [...document.querySelector('#viewer').shadowRoot.querySelectorAll('.run-table .head > *')].map(
          ({ textContent }) => textContent,
        ),
      ),
      ['run ▴', 'median', 'std', 'NaN', 'step', 'relative'],
    );
    const [[, median, std, nan, step]] = await cells(page);
    // Within a bin of PyTorch's, which are a tenth wide.
    assert.ok(Math.abs(Number(median) - 2) < 0.2, median);
    assert.deepEqual([std, nan, step], ['1.4142', '4', '4']);
  },
);

/** 500 tags in twenty groups. */
const tagged = (writer) => {
  for (let i = 0; i < 500; i++) writer('.').addScalar(`block${i % 20}/layer${i}`, i, 0);
};

test('five hundred tags have few cards; groups are folded all at once and gone to by a list', tagged, async (page) => {
  assert.ok((await page.locator('.card:has(canvas)').count()) < 40);
  const fold = page.locator('.groups-panel h2 button');
  await fold.click();
  await page.settle();
  assert.equal(await page.locator('.card').count(), 0);
  assert.equal(await fold.textContent(), 'Unfold all');
  await page.locator('.groups-panel [data-row] button', { hasText: /^block7 / }).click();
  await page.settle();
  assert.equal(await page.locator('.card').count(), 25, 'the group is unfolded');
  const heading = await page.locator('[data-fold="scalar block7"] .fold').boundingBox();
  assert.ok(heading.y > 0 && heading.y < 200, `${heading.y}`);
  await page.evaluate(() => {
    const root = document.querySelector('#viewer').shadowRoot;
    for (const one of root.querySelectorAll('.card')) one.scrollIntoView();
  });
  await page.settle();
  assert.ok((await page.locator('.card:has(canvas)').count()) < 26);
});

test(
  'a large grid is made block by block',
  (writer) => {
    for (let i = 0; i < 60; i++) writer('.').addScalar(`a/${i}`, i, 0);
    for (let i = 0; i < 400; i++) writer('.').addScalar(`b/${i}`, i, 0);
  },
  async (page) => {
    const made = await page.locator('.card').count();
    assert.ok(made >= 48 && made < 300, `${made} places`);
    const height = () => page.evaluate('document.documentElement.scrollHeight');
    const before = await height();
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    await page.settle();
    await page.until('document.querySelector("#viewer").shadowRoot.querySelector(`.card[aria-label="b/399"] canvas`)');
    assert.ok(Math.abs((await height()) - before) < 400, 'the page is as long as before');
  },
);

test('the page has one background, and the browser the colours of the theme that was chosen', unequal, async (page) => {
  const found = () =>
    page.evaluate(() => {
      const root = document.querySelector('#viewer').shadowRoot.querySelector('.root');
      const html = document.documentElement;
      const [page, around] = [root, html].map((one) => getComputedStyle(one).backgroundColor);
      return { page, around, scheme: getComputedStyle(html).colorScheme, high: root.offsetHeight >= innerHeight };
    });
  await page.locator('.toolbar [aria-label^="Colours"]').click();
  await page.locator('.toolbar [aria-label^="Colours"]').click();
  await page.settle();
  const { page: background, around, scheme, high } = await found();
  assert.deepEqual([around, scheme, high], [background, 'dark', true]);
  // One click further it is the system's.
  await page.locator('.toolbar [aria-label^="Colours"]').click();
  await page.settle();
  assert.equal((await found()).scheme, 'light');
});

for (const width of [420, 800, 1200]) {
  test(
    `the toolbar has no switch for what is not there, and no sign alone in a row: ${width} pixels`,
    unequal,
    async (page) => {
      const legends = await page.locator('.toolbar legend').allTextContents();
      assert.deepEqual(legends, ['Horizontal axis']);
      const { title, signs, scroll, client } = await page.evaluate(() => {
        const root = document.querySelector('#viewer').shadowRoot;
        const row = (selector) => {
          const { top, bottom } = root.querySelector(selector).getBoundingClientRect();
          return { top, bottom };
        };
        return {
          title: row('.title'),
          signs: ['.toolbar [aria-label="Keys and help"]', '.toolbar [aria-label^="Colours"]'].map(row),
          scroll: document.documentElement.scrollWidth,
          client: document.documentElement.clientWidth,
        };
      });
      for (const sign of signs) assert.ok(sign.top >= title.top - 8 && sign.bottom <= title.bottom + 8);
      assert.ok(scroll <= client, `${scroll} of ${client}`);
    },
    { viewport: { width, height: 900 } },
  );
}

test('cards say why they show no numbers', unequal, async (page) => {
  await page.locator('.runs-panel button', { hasText: /^None$/ }).click();
  await page.settle();
  const text = await page.download(async () => {
    await page.locator('.card[aria-label="loss"] .icon').click();
    await page.locator('.menu button', { hasText: 'Save as SVG' }).click();
  });
  assert.match(String(text.bytes), /all runs with these numbers are hidden/);
});

test(
  'outliers are shown on demand',
  (writer) => {
    for (let step = 0; step < 200; step++) writer('run').addScalar('loss', step === 77 ? 1e6 : step / 200, step);
  },
  async (page) => {
    await page.locator('.smoothing button', { hasText: 'Outliers' }).click();
    await page.settle();
    const { bytes } = await page.download(async () => {
      await page.locator('.card .icon').click();
      await page.locator('.menu button', { hasText: 'Save as SVG' }).click();
    });
    const labels = [...String(bytes).matchAll(/text-anchor="end"[^>]*>([^<]+)</g)].map(([, text]) => Number(text));
    assert.ok(Math.max(...labels) >= 8e5, `${labels}`);
  },
);

await tests.run();
rmSync(temporary, { recursive: true });
