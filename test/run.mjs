// Runs every test file in a process of its own and adds up what uvu reports. uvu exits 0 when a file ran nothing
// (no test, or a forgotten `test.run()`); here that is a failure. Ends with the line "N passed, N failed".
//
//   npm test                   builds, then runs all files
//   npm test -- hooks/ nn/     the files whose paths contain one of the given texts, in that order, without a build
//
// Without a build only the WebAssembly binaries are compiled, if they are missing. Tests of built files say that they need
// `npm run build`.
import { execFileSync, execSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesBelow } from '../scripts/imports.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..');
const wanted = process.argv.slice(2);

if (wanted.length === 0) {
  execSync('npm run --silent build', { cwd: root, stdio: 'inherit' });
} else if (isOlder('dist/index.js', ['src', 'adapters', 'viewer', 'command'])) {
  console.log('dist/ is older than the sources: tests of built files see the old code until `npm run build`');
}
if (!existsSync(join(root, 'src/kernels/binaries.ts'))) {
  execFileSync(process.execPath, ['scripts/build-wasm.mjs'], { cwd: root, stdio: 'inherit' });
}

// Node 20 hides relaxed SIMD behind a flag; with it the tests reach both binaries on every version of Node.
const relaxed = Number(process.versions.node.split('.')[0]) < 22 ? ['--experimental-wasm-relaxed-simd'] : [];

const all = readdirSync(here, { recursive: true })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => relative(root, join(here, name)))
  .sort();
const files =
  wanted.length === 0 ? all : [...new Set(wanted.flatMap((text) => all.filter((name) => name.includes(text))))];

/** Whether a file is older than any below some folders; false if it is missing. */
function isOlder(file, folders) {
  if (!existsSync(join(root, file))) return false;
  const built = statSync(join(root, file)).mtimeMs;
  return folders.flatMap((folder) => filesBelow(root, folder)).some((one) => statSync(join(root, one)).mtimeMs > built);
}

const TIMEOUT_SECONDS = 180;

const styleSheets = new URL('style-sheets.mjs', import.meta.url).href;

let passed = 0;
let failed = 0;

/** Runs one file. A crash, a skipped test, or no test at all counts as a failure. */
function run(file) {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [...relaxed, '--expose-gc', '--import', 'tsx', '--import', styleSheets, file],
      {
        cwd: root,
        env: { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1' },
      },
    );
    let output = '';
    const timer = setTimeout(() => {
      output += `\nkilled after ${TIMEOUT_SECONDS} seconds\n`;
      child.kill('SIGKILL');
    }, TIMEOUT_SECONDS * 1000);
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      const sum = (label) =>
        [...output.matchAll(new RegExp(`^\\s*${label}:\\s+(\\d+)`, 'gm'))].reduce((n, m) => n + Number(m[1]), 0);
      const counts = { total: sum('Total'), passed: sum('Passed'), skipped: sum('Skipped') };
      const missing = counts.total - counts.passed;
      let problem = '';
      if (counts.total === 0) problem = 'ran no test';
      else if (counts.skipped > 0) problem = `skipped ${counts.skipped}`;
      else if (missing > 0) problem = `${missing} failed`;
      else if (code !== 0) problem = `exit code ${code}`;
      passed += counts.passed;
      failed += problem === '' ? 0 : Math.max(missing, 1);
      console.log(
        `${problem === '' ? 'ok  ' : 'FAIL'} ${file}: ${counts.passed} of ${counts.total}${problem && `, ${problem}`}`,
      );
      if (problem !== '') console.log(output);
      resolve();
    });
  });
}

const queue = [...files];
const workers = Array.from({ length: Math.max(2, availableParallelism()) }, async () => {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) await run(file);
});
await Promise.all(workers);

if (files.length === 0) {
  console.log(`no test file matches ${wanted.join(' or ')}`);
  failed += 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
