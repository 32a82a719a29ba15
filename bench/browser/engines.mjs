// Opens a page in one of the browsers that the benchmark knows. The page and the server (run.mjs) do the rest by HTTP, so
// that a browser needs no more than this.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

/** Debian's; part of libwebkit2gtk. */
const MINI_BROWSER = '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser';

/**
 * By name: `packages`, of Debian; `coarse`, whether its clock is; `open(url, { fuse })` → `{ version, close }`. `fuse` asks
 * V8 to fuse 128-bit operations; engines without `canFuse` have no such flag.
 */
export const ENGINES = {
  chromium: { packages: ['chromium'], canFuse: true, open: openChromium },
  firefox: { packages: ['firefox-esr'], coarse: true, open: openFirefox },
  webkit: { packages: ['webkit2gtk-driver', 'xvfb'], coarse: true, open: openWebKit },
};

/** @throws Error that names the packages of an engine that is not installed */
function find(program, engine) {
  try {
    return execFileSync('which', [program], { encoding: 'utf8' }).trim();
  } catch {
    throw new Error(`${engine}: ${program} is not installed: apt-get install ${ENGINES[engine].packages.join(' ')}`);
  }
}

async function openChromium(url, { fuse }) {
  find('chromium', 'chromium');
  const { launchChromium } = await import('../../test/browser/chromium.mjs');
  const browser = await launchChromium(['--disable-gpu', ...(fuse ? ['--js-flags=--wasm-revectorize'] : [])]);
  await (await browser.newPage()).goto(url);
  return { version: `Chromium ${browser.version()}`, close: () => browser.close() };
}

async function openFirefox(url) {
  const executablePath = find('firefox-esr', 'firefox');
  const { default: puppeteer } = await import('puppeteer-core');
  const browser = await puppeteer.launch({ browser: 'firefox', executablePath, headless: true });
  await (await browser.newPage()).goto(url);
  return { version: (await browser.version()).replace('firefox/', 'Firefox '), close: () => browser.close() };
}

/** WebKitGTK draws to a screen, here a virtual one, and is driven by the classic WebDriver protocol. */
async function openWebKit(url) {
  for (const program of ['WebKitWebDriver', 'Xvfb']) find(program, 'webkit');
  if (!existsSync(MINI_BROWSER)) throw new Error(`webkit: ${MINI_BROWSER} does not exist`);
  const screen = spawn('Xvfb', ['-displayfd', '1', '-nolisten', 'tcp'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [number] = await firstLine(screen.stdout);
  const port = await freePort();
  const env = { ...process.env, DISPLAY: `:${number}` };
  const driver = spawn('WebKitWebDriver', [`--port=${port}`], { env, stdio: 'ignore' });
  const stop = () => {
    driver.kill();
    screen.kill();
  };
  const ask = async (method, path, body) => {
    const request = { method, body: body && JSON.stringify(body) };
    const { value } = await (await fetch(`http://127.0.0.1:${port}/session${path}`, request)).json();
    if (value?.error !== undefined) throw new Error(`webkit: ${value.error}: ${value.message}`);
    return value;
  };
  try {
    await isListening(port);
    const options = { binary: MINI_BROWSER, args: ['--automation'] };
    const session = await ask('POST', '', { capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } } });
    await ask('POST', `/${session.sessionId}/url`, { url });
    return {
      version: `WebKitGTK ${session.capabilities.browserVersion}`,
      async close() {
        await ask('DELETE', `/${session.sessionId}`);
        stop();
      },
    };
  } catch (error) {
    stop();
    throw error;
  }
}

async function firstLine(stream) {
  for await (const line of createInterface({ input: stream })) return [line];
  throw new Error('webkit: Xvfb ended');
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address();
  server.close();
  return port;
}

/** Waits until something answers. */
async function isListening(port) {
  for (let tries = 0; tries < 100; tries++) {
    try {
      await fetch(`http://127.0.0.1:${port}/status`);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error('webkit: WebKitWebDriver does not answer');
}
