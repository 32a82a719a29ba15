// Packs the package and uses it as others would: in runtimes, browsers, bundlers, test runners, and versions of TypeScript.
// Prints a table, and fails if something fails. Needs npm, and Debian's packages chromium, firefox-esr, webkit2gtk-driver
// and xvfb. At most five minutes on two processors.
//
//   npm run build && node test/platforms/run.mjs            prints the table
//   npm run build && node test/platforms/run.mjs --write    also puts it into the README
//   node test/platforms/run.mjs Deno Jest                   only the rows whose name has one of these words
//   --folder DIR                                            installs the tools there, and keeps them for the next run
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BROWSERS } from './browsers.mjs';
import { BUNDLERS } from './bundlers.mjs';
import { install } from './install.mjs';
import { RUNTIMES } from './runtimes.mjs';
import { tableOf } from './table.mjs';
import { TEST_RUNNERS } from './test-runners.mjs';
import { TYPESCRIPT } from './typescript.mjs';

/** Each row: `{ name, run(tools) → { version, tried } }`; `run` throws what is wrong. */
const ROWS = [...RUNTIMES, ...BROWSERS, ...BUNDLERS, ...TEST_RUNNERS, ...TYPESCRIPT];
const README = fileURLToPath(new URL('../../README.md', import.meta.url));

const { values: options, positionals: words } = parseArgs({
  options: { write: { type: 'boolean', default: false }, folder: { type: 'string' } },
  allowPositionals: true,
});
const rows = words.length === 0 ? ROWS : ROWS.filter(({ name }) => words.some((word) => name.includes(word)));
if (rows.length === 0) throw new Error(`no platform is called ${words.join(' or ')}`);
if (options.write && words.length > 0) throw new Error('--write needs all platforms');

const tools =
  options.folder === undefined ? mkdtempSync(join(tmpdir(), 'layertap-platforms-')) : resolve(options.folder);
const started = performance.now();
const results = new Array(rows.length);
try {
  install(tools);
  console.log(`installed in ${seconds(started)} s`);
  const queue = rows.keys();
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, () => work(queue)));
} finally {
  if (options.folder === undefined) rmSync(tools, { recursive: true, force: true });
}

async function work(queue) {
  for (const at of queue) {
    const { name, run } = rows[at];
    const start = performance.now();
    try {
      results[at] = { name, ...(await run(tools)) };
      console.log(`${name} ${results[at].version}: ${results[at].tried} (${seconds(start)} s)`);
    } catch (error) {
      results[at] = { name, error };
      console.error(`${name}: FAILED: ${error.stack}`);
    }
  }
}

const failed = results.filter(({ error }) => error !== undefined);
if (options.write && failed.length === 0) {
  const text = readFileSync(README, 'utf8');
  const written = text.replace(
    /(<!-- platforms -->\n)[\s\S]*?(<!-- end of platforms -->)/,
    (_, begin, end) => `${begin}${tableOf(results)}\n${end}`,
  );
  writeFileSync(README, written);
}
console.log(`platforms: ${results.length - failed.length} passed, ${failed.length} failed, in ${seconds(started)} s`);
process.exitCode = failed.length === 0 ? 0 : 1;

function seconds(from) {
  return ((performance.now() - from) / 1000).toFixed(0);
}
