// Debian's Chromium, headless, for checks on this machine alone: nothing of it talks to anybody else.
import { execFileSync } from 'node:child_process';
import { chromium } from 'playwright-core';

/** @param graphics the arguments that say who draws; by default nobody who needs a device */
export function launchChromium(graphics = ['--disable-gpu']) {
  return chromium.launch({
    executablePath: execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim(),
    args: [
      '--no-sandbox',
      ...graphics,
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
    ],
  });
}
