// npm run dev: after each save, runs the tests that import the saved file: first its own, then those of its folder.
//
//   npm run dev              all of these
//   npm run dev -- hooks/    those whose path contains the text
import { spawn } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testsOf } from './imports.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const wanted = process.argv[2] ?? '';
/** In ms. Editors write a file in several steps. */
const SETTLED_AFTER = 50;

const changed = new Set();
let timer;
let running;

/** Starts a process group, so that ending it ends the tests that it runs. */
const start = (...args) => spawn(process.execPath, args, { cwd: root, stdio: 'inherit', detached: true });
const end = (child) => {
  if (child !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid);
};
const ended = (child) => new Promise((resolve) => child.on('close', resolve));

/** `src/hooks/core/tree.ts` → room `hooks`, subject `tree`; the same for `test/hooks/tree.test.ts`. */
const placeOf = (file) => {
  const parts = file.replace(/^(src|test)\//, '').split('/');
  return { room: parts[0], subject: parts.at(-1).replace(/(\.test)?\.\w+$/, '') };
};

/** 0 for a test of the same file, 1 for one of the same room, 2 for others. */
function distance(test, file) {
  const [a, b] = [placeOf(test), placeOf(file)];
  if (a.room !== b.room) return 2;
  return a.subject === b.subject ? 0 : 1;
}

async function run() {
  end(running);
  const files = [...changed];
  changed.clear();
  if (files.some((file) => file.startsWith('assembly/'))) {
    if ((await ended(start('scripts/build-wasm.mjs'))) !== 0) return;
    files.push('src/kernels/binaries.ts');
  }
  const tests = testsOf(root, files).filter((test) => test.includes(wanted));
  const nearest = (test) => Math.min(...files.map((file) => distance(test, file)));
  tests.sort((a, b) => nearest(a) - nearest(b));
  console.log(`\n${files.join(', ')}: ${tests.length} test files`);
  if (tests.length > 0) running = start('test/run.mjs', ...tests);
}

for (const folder of ['assembly', 'src', 'adapters', 'viewer', 'command', 'test', 'examples']) {
  if (!existsSync(join(root, folder))) continue;
  watch(join(root, folder), { recursive: true }, (_event, name) => {
    if (!/\.(ts|tsx|mjs|js)$/.test(name) || name.endsWith('binaries.ts')) return;
    changed.add(join(folder, name));
    clearTimeout(timer);
    timer = setTimeout(run, SETTLED_AFTER);
  });
}
process.on('exit', () => end(running));
process.on('SIGINT', () => process.exit());
process.on('SIGTERM', () => process.exit());
console.log('waiting for changes in assembly, src, adapters, viewer, command, test and examples');
