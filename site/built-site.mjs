// One page of the built site in Chromium, for check-gallery.mjs.
import assert from 'node:assert/strict';
import { launchChromium } from '../test/browser/chromium.mjs';
import { collectFaults, serveSite } from './check/serve.mjs';

/**
 * @returns the address of the site; a page; the addresses that the page has asked for, `requests`; `check(name, act)`, a test
 *   that fails on an error of the console and on a request that fails or goes elsewhere; and `finish()`, which ends all and
 *   prints "site: N passed, N failed"
 */
export async function openBuiltSite() {
  const site = await serveSite();
  const browser = await launchChromium();
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });

  const [faults, requests] = [[], []];
  collectFaults(page, site.address, faults);
  page.on('request', (request) => requests.push(request.url()));

  let [passed, failed] = [0, 0];
  async function check(name, act) {
    try {
      await act();
      assert.deepEqual(faults.splice(0), []);
      passed++;
    } catch (error) {
      failed++;
      faults.length = 0;
      console.error(`${name}\n${error.stack}\n`);
    }
  }

  async function finish() {
    await browser.close();
    site.close();
    console.log(`site: ${passed} passed, ${failed} failed`);
    process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
  }

  return { address: site.address, page, requests, check, finish };
}
