// Debian's Chromium, headless. It makes no requests of its own.
import { execFileSync } from 'node:child_process';
import { chromium } from 'playwright-core';

/** @param graphics arguments that choose the renderer; by default, software */
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
