// Checks the built site in Chromium, as a reader uses it. Prints the measured figures, and "site: N passed, N failed".
//
//   BASE=/docs/ npm run docs && node site/check.mjs [part of a check's name]
import assert from 'node:assert/strict';
import { launchChromium } from '../test/browser/chromium.mjs';
import { accessibilityChecks } from './check/accessibility.mjs';
import { badInputChecks } from './check/bad-input.mjs';
import { blockChecks } from './check/blocks.mjs';
import { readerChecks } from './check/reader.mjs';
import { collectFaults, serveSite } from './check/serve.mjs';

/** Checks that run at once. */
const AT_ONCE = 3;

const site = await serveSite();
const browser = await launchChromium();

async function open(faults, path, { init, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  collectFaults(page, site.address, faults);
  if (init !== undefined) await page.addInitScript(init);
  await page.goto(site.address + path);
  return page;
}

const checks = [...(await blockChecks()), ...badInputChecks, ...accessibilityChecks, ...readerChecks].filter(
  ({ name }) => name.includes(process.argv[2] ?? ''),
);
let [passed, failed] = [0, 0];

async function runOne({ name, run, expected }) {
  const [faults, pages] = [[], []];
  try {
    const tell = await run({
      site,
      async open(...inputs) {
        const page = await open(faults, ...inputs);
        pages.push(page);
        return page;
      },
    });
    assert.deepEqual(
      faults.filter((fault) => !expected?.test(fault)),
      [],
    );
    passed++;
    console.log(`ok   ${name}${tell === undefined ? '' : `: ${tell}`}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}\n${error.stack}\n${faults.join('\n')}`);
  }
  for (const page of pages) await page.context().close();
}

try {
  const waiting = [...checks];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await runOne(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
} finally {
  await browser.close();
  site.close();
}
console.log(`site: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
