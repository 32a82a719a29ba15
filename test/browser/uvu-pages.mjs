// Runs the test files of a folder in Chromium, each in a page of its own, once for each kind of page. Prints
// "browser, TITLE: N passed, N failed", and sets the exit code: to 1 if anything failed, or if a file ran nothing.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { launchChromium } from './chromium.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const TIMEOUT_SECONDS = 180;
const TYPES = { js: 'text/javascript', mjs: 'text/javascript', wasm: 'application/wasm', json: 'application/json' };

/** A plugin of esbuild: test/browser/fixture-files.ts in the place of test/fixtures/files.ts. */
export const fixturesOfPages = {
  name: 'fixtures of pages',
  setup({ onResolve }) {
    onResolve({ filter: /\/files\.ts$/ }, () => ({ path: join(root, 'test/browser/fixture-files.ts') }));
  },
};

/**
 * The first argument of the command line chooses files by a text in their names.
 * @param {object} options
 * @param {string} options.title
 * @param {string} options.folder of the tests, below the root of the repository
 * @param {string[]} [options.inNodeOnly] files of it that cannot run in a page
 * @param {string[]} options.served folders below the root that pages may fetch from, under their own paths
 * @param {{ name: string, head: string, only?: string[] }[]} options.pages kinds of pages, by what is in their heads; `only`
 *   some files run in it, if it is given
 * @param {import('esbuild').BuildOptions} [options.bundle] how the tests are bundled
 * @param {string[]} options.flags of Chromium
 */
export async function runInPages({ title, folder, inNodeOnly = [], served, pages, bundle = {}, flags }) {
  const names = readdirSync(join(root, folder)).filter(
    (name) => name.endsWith('.test.ts') && !inNodeOnly.includes(name) && name.includes(process.argv[2] ?? ''),
  );
  const bundles = mkdtempSync(join(tmpdir(), 'layertap-'));
  await build({
    absWorkingDir: root,
    entryPoints: names.map((name) => join(folder, name)),
    outdir: bundles,
    bundle: true,
    splitting: true,
    format: 'esm',
    logLevel: 'warning',
    ...bundle,
    external: ['node:*', ...(bundle.external ?? [])],
  });
  const server = createServer(({ url }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://page');
    if (pathname === '/') {
      const { head } = pages[Number(searchParams.get('kind'))];
      response.setHeader('content-type', 'text/html');
      response.end(
        `<!doctype html><title>layertap</title>${head}<script type="module" src="/bundles/${searchParams.get('file')}"></script>`,
      );
      return;
    }
    try {
      const body = readFileSync(fileOf(pathname));
      response.setHeader('content-type', TYPES[pathname.split('.').at(-1)] ?? 'application/octet-stream');
      response.end(body);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  function fileOf(pathname) {
    if (pathname.startsWith('/bundles/')) return join(bundles, pathname.slice('/bundles/'.length));
    if (served.some((beginning) => pathname.startsWith(`/${beginning}/`))) return join(root, pathname);
    throw new Error(`${pathname} is not served`);
  }
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await launchChromium(flags);

  /** Runs a file; gives what uvu counted. */
  async function run(name, kind) {
    const page = await browser.newPage();
    let output = '';
    const ended = new Promise((resolve) => {
      page.on('console', (message) => {
        output += `${message.text()}\n`;
        // uvu's last line.
        if (/Duration:/.test(message.text())) resolve();
      });
      page.on('pageerror', (error) => {
        output += `error on the page: ${error.stack ?? error.message}\n`;
      });
      setTimeout(resolve, TIMEOUT_SECONDS * 1000).unref();
    });
    const file = name.replace(/\.ts$/, '.js');
    await page.goto(`http://127.0.0.1:${server.address().port}/?kind=${kind}&file=${file}`);
    await ended;
    await page.close();
    const sum = (label) => Number(output.match(new RegExp(`^\\s*${label}:\\s+(\\d+)`, 'm'))?.[1] ?? 0);
    return { output, total: sum('Total'), passed: sum('Passed'), skipped: sum('Skipped') };
  }

  let passed = 0;
  let failed = 0;
  for (const [kind, page] of pages.entries()) {
    for (const name of names) {
      if (page.only?.includes(name) === false) continue;
      const result = await run(name, kind);
      const missing = Math.max(result.total - result.passed, result.total === 0 ? 1 : 0, result.skipped);
      passed += result.passed;
      failed += missing;
      console.log(`${missing === 0 ? 'ok  ' : 'FAIL'} ${page.name}: ${name}: ${result.passed} of ${result.total}`);
      if (missing > 0) console.log(result.output);
    }
  }

  await browser.close();
  server.close();
  rmSync(bundles, { recursive: true });
  console.log(`Chromium ${browser.version()}`);
  console.log(`browser, ${title}: ${passed} passed, ${failed} failed`);
  if (failed > 0 || passed === 0) process.exitCode = 1;
}
