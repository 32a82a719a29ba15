// Tests that run in Chromium and Firefox.
//
//   node test/browser/<suite>.mjs [part of a test's name] [--in chromium|firefox]
//
// Prints "browser, TITLE: N passed, N failed", and exits with 1 if anything failed, or if nothing ran.
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { BROWSERS, launch } from './browsers.mjs';
import { TestPage } from './page.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { in: { type: 'string' }, pictures: { type: 'string' } },
});

/** A folder for screenshots to look at, if one was given by `--pictures`. */
export const PICTURES = values.pictures;

/**
 * @param {string} title
 * @param {object} [options]
 * @param {string[]} [options.args] for Chromium
 * @param {RegExp} [options.expected] complaints of pages that fail no test
 */
export function suite(title, { args, expected } = {}) {
  const tests = [];
  return {
    /**
     * Adds a test. Complaints of the pages that it opened fail it.
     * @param {string} name
     * @param {(open: (url: string, options?: import('./page.mjs').PageOptions) => Promise<TestPage>) => Promise<void>} run
     * @param {import('./page.mjs').PageOptions & { only?: 'chromium' | 'firefox' }} [options] of all its pages
     */
    test(name, run, options = {}) {
      tests.push({ name, run, options });
    },

    /** Runs all tests in each browser. */
    async run() {
      let [passed, failed] = [0, 0];
      for (const name of values.in === undefined ? BROWSERS : [values.in]) {
        const browsers = new Map();
        /** One for all tests; in Firefox one for each color scheme. */
        const browserOf = ({ colorScheme = 'light' }) => {
          const key = name === 'firefox' ? colorScheme : '';
          if (!browsers.has(key)) browsers.set(key, launch(name, { colorScheme, args }));
          return browsers.get(key);
        };
        for (const test of tests) {
          if (!test.name.includes(positionals[0] ?? '')) continue;
          if ((test.options.only ?? name) !== name) continue;
          const error = await runOne(test, (options) => browserOf(options), expected);
          if (error === undefined) passed++;
          else failed++;
          console.log(`${error === undefined ? 'ok  ' : 'FAIL'} ${name}: ${test.name}${error ?? ''}`);
        }
        for (const browser of browsers.values()) await (await browser).close();
      }
      console.log(`browser, ${title}: ${passed} passed, ${failed} failed`);
      process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
    },
  };
}

/** @returns the error that the test ended with, as text */
async function runOne({ run, options }, browserOf, expected) {
  const pages = [];
  const open = async (url, own = {}) => {
    const all = { ...options, ...own };
    const page = await TestPage.open(await browserOf(all), url, all);
    pages.push(page);
    return page;
  };
  let failure;
  try {
    await run(open);
    for (const page of pages) assert.deepEqual(await page.violations(), [], 'violations of the policy');
  } catch (error) {
    failure = `\n${error.stack}`;
  }
  for (const page of pages) {
    const complaints = page.complaints.filter((text) => !expected?.test(text));
    if (complaints.length > 0) failure = `${failure ?? ''}\nthe page complained: ${complaints.join('\n')}`;
    await page.close();
  }
  return failure;
}
