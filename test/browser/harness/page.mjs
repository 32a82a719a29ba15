// A page of a test: what the page did wrong is kept, and fails the test.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { addHarness } from './in-page.mjs';
import { Locator } from './locator.mjs';

/**
 * @typedef {object} PageOptions
 * @property {{ width: number, height: number }} [viewport] default 1440 by 900
 * @property {number} [scale] pixels of the device per CSS pixel
 * @property {boolean} [touch] whether the device has a touchscreen
 * @property {'light' | 'dark'} [colorScheme]
 * @property {boolean} [offline]
 */

export class TestPage {
  /** The requested URLs. */
  requests = [];
  /** Errors, warnings and dialogs of the page. */
  complaints = [];
  #context;
  #downloads;
  /** Chromium's own protocol. */
  #devtools;
  #colorScheme;

  /**
   * Opens a page in a context of its own.
   * @param browser of {@link launch}
   * @param {PageOptions} options
   */
  static async open(browser, url, { viewport, scale = 1, touch = false, colorScheme = 'light', offline = false }) {
    const page = new TestPage();
    page.#downloads = mkdtempSync(join(tmpdir(), 'layertap-downloads-'));
    page.#context = await browser.createBrowserContext({
      downloadBehavior: { policy: 'allow', downloadPath: page.#downloads },
    });
    const raw = await page.#context.newPage();
    page.raw = raw;
    page.isFirefox = (await browser.version()).startsWith('firefox');
    raw.on('request', (request) => page.requests.push(request.url()));
    raw.on('pageerror', (error) => {
      // These are among the violations.
      if (!error.message.startsWith('Content-Security-Policy:')) page.complaints.push(error.message);
    });
    raw.on('console', (message) => {
      if (['error', 'warn'].includes(message.type())) page.complaints.push(message.text());
    });
    raw.on('dialog', (dialog) => {
      page.complaints.push(`a dialog: ${dialog.message()}`);
      return dialog.dismiss();
    });
    await raw.setViewport({ ...(viewport ?? { width: 1440, height: 900 }), deviceScaleFactor: scale, hasTouch: touch });
    if (!page.isFirefox) page.#devtools = await raw.createCDPSession();
    page.#colorScheme = colorScheme;
    await page.#emulateMedia('screen');
    if (offline) await raw.setOfflineMode(true);
    await raw.evaluateOnNewDocument(addHarness);
    await raw.goto(url);
    return page;
  }

  /** Puppeteer's mouse: its `wheel({ deltaX, deltaY })`, `click(x, y, { count })`. */
  get mouse() {
    return this.raw.mouse;
  }

  get keyboard() {
    return this.raw.keyboard;
  }

  /** Puppeteer's: `touchStart(x, y)` gives a touch with `move(x, y)` and `end()`. */
  get touchscreen() {
    return this.raw.touchscreen;
  }

  /** Presses a key, or several at once: 'Shift+ArrowRight'. */
  async press(keys) {
    const parts = keys === '+' ? ['+'] : keys.split('+');
    const key = parts.pop();
    for (const modifier of parts) await this.keyboard.down(modifier);
    await this.keyboard.press(key);
    for (const modifier of parts.reverse()) await this.keyboard.up(modifier);
  }

  /** Calls a function in the page, or evaluates an expression. Its arguments and result are copied. */
  evaluate(run, ...args) {
    return this.raw.evaluate(run, ...args);
  }

  /** Waits until an expression holds in the page. Errors count as no, since things may not exist yet. */
  until(expression) {
    const attempt = `() => { try { return (${expression}) ? true : undefined; } catch { return undefined; } }`;
    return this.raw.evaluate(`harness.until(${attempt}, () => ${JSON.stringify(`this did not hold: ${expression}`)})`);
  }

  /** Waits until the page has drawn everything: neither a frame nor a short timer is pending. */
  settle() {
    return this.raw.evaluate(() => globalThis.harness.settle());
  }

  locator(selector, options) {
    return new Locator(this, []).locator(selector, options);
  }

  /** Does what starts a download, and waits for the file. @returns its name and bytes */
  async download(start) {
    const before = readdirSync(this.#downloads);
    await start();
    const end = performance.now() + 20_000;
    while (performance.now() < end) {
      const names = readdirSync(this.#downloads).filter((name) => !before.includes(name));
      const [name] = names;
      // Until it is complete there is another file beside it, or another name.
      if (names.length === 1 && !/\.(part|crdownload)$/.test(name) && statSync(join(this.#downloads, name)).size > 0) {
        const bytes = readFileSync(join(this.#downloads, name));
        // A later file may have the same name.
        rmSync(join(this.#downloads, name));
        return { name, bytes };
      }
      await pause(5);
    }
    throw new Error('nothing was downloaded within 20 s');
  }

  /** Lays the page out for paper, or for the screen again. */
  async onPaper(isPaper) {
    if (!this.isFirefox) await this.#emulateMedia(isPaper ? 'print' : 'screen');
    // BiDi cannot emulate a medium. The events of printing do the same for the viewer.
    else await this.evaluate((name) => dispatchEvent(new Event(name)), isPaper ? 'beforeprint' : 'afterprint');
  }

  /** Medium and color scheme together: each call replaces both. */
  async #emulateMedia(media) {
    const features = [{ name: 'prefers-color-scheme', value: this.#colorScheme }];
    await this.#devtools?.send('Emulation.setEmulatedMedia', { media, features });
  }

  /** The violations of the page's content security policy. */
  violations() {
    return this.evaluate('harness.violations');
  }

  async screenshot(path) {
    await this.raw.screenshot({ path });
  }

  async close() {
    await this.#context.close();
    rmSync(this.#downloads, { recursive: true, force: true });
  }
}
