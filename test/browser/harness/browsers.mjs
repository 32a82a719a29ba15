// Debian's Chromium and Firefox, headless, both driven by puppeteer: by its DevTools protocol and by WebDriver BiDi. They make no
// requests of their own.
import { execFileSync } from 'node:child_process';
import puppeteer from 'puppeteer-core';

const PROGRAMS = { chromium: 'chromium', firefox: 'firefox-esr' };

/** The names of the browsers, in the order in which tests run in them. */
export const BROWSERS = Object.keys(PROGRAMS);

/** BiDi cannot emulate a color scheme: in Firefox it is a preference of the whole browser. */
const SCHEMES = { dark: 0, light: 1 };

/**
 * @param {'chromium' | 'firefox'} name
 * @param {{ colorScheme?: 'light' | 'dark', args?: string[] }} [options] the color scheme of all pages in Firefox; arguments for
 *   Chromium
 */
export function launch(name, { colorScheme = 'light', args = ['--disable-gpu'] } = {}) {
  const executablePath = execFileSync('which', [PROGRAMS[name]], { encoding: 'utf8' }).trim();
  if (name === 'firefox') {
    return puppeteer.launch({
      browser: 'firefox',
      executablePath,
      extraPrefsFirefox: {
        'layout.css.prefers-color-scheme.content-override': SCHEMES[colorScheme],
        'dom.w3c_touch_events.enabled': 1,
        'browser.chrome.site_icons': false,
      },
    });
  }
  return puppeteer.launch({
    browser: 'chrome',
    executablePath,
    args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update', ...args],
  });
}
