// axe finds nothing serious on any kind of page, light and dark; and narrow pages do not scroll sideways.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { RunnableBlock } from './runnable-block.mjs';

const axe = createRequire(import.meta.url).resolve('axe-core');

const KINDS = [
  { kind: 'the first page', path: '', ready: seesDigits },
  { kind: 'a guide', path: 'guides/look.html' },
  {
    kind: 'a guide with blocks that have run',
    path: 'guides/look.html',
    async ready(page) {
      const [first, second, third] = [0, 1, 2].map((nth) => new RunnableBlock(page, nth));
      await first.edit("console.log('edited'); console.warn('warned'); throw new Error('failed');");
      await Promise.all([first.run('Ended by an error.'), second.run(), third.run(/^Running/)]);
      await second.root.locator('.runnable-viewer').getByText('Histograms').first().waitFor();
    },
  },
  { kind: 'a page with blocks that do not run', path: 'tensorboard.html' },
  { kind: 'a page of the API', path: 'api/layertap/classes/Linear.html' },
  { kind: 'an entry of the API', path: 'api/layertap/index.html' },
  {
    kind: 'an open search',
    path: 'guides/look.html',
    async ready(page) {
      await page.getByRole('button', { name: 'Search' }).first().click();
      await page.locator('#localsearch-input').fill('hook');
      await page.locator('.VPLocalSearchBox .result').first().waitFor();
    },
  },
];

/** Waits until the network of the first page has read a digit. */
export async function seesDigits(page) {
  await page.getByText(/read as \d/i).waitFor();
}

export const accessibilityChecks = KINDS.map(({ kind, path, ready }) => ({
  name: `axe finds nothing serious on ${kind}; it fits into 420 pixels`,
  async run({ open }) {
    for (const colorScheme of ['light', 'dark']) {
      const page = await open(path, { colorScheme, bypassCSP: true });
      await page.locator('h1').first().waitFor();
      await ready?.(page);
      await page.addScriptTag({ path: axe });
      const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ['violations'] }));
      const serious = violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(
          ({ id, nodes }) =>
            `${colorScheme}: ${id} ${nodes.map(({ html, any }) => `${html.slice(0, 150)} ${any[0]?.message ?? ''}`).slice(0, 3)}`,
        );
      assert.deepEqual(serious, []);
      await page.setViewportSize({ width: 420, height: 900 });
      await page.waitForFunction('document.documentElement.clientWidth <= 420');
      const width = await page.evaluate('document.documentElement.scrollWidth');
      assert.ok(width <= 420, `${colorScheme}: the page is ${width} pixels wide`);
    }
  },
}));
