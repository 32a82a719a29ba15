// The declarations of the entries. TypeScript writes all of every source file; what no entry reaches is half of it, and is
// removed. The rest of a room becomes one file.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reachedFrom } from './declarations.mjs';
import { joined } from './join-declarations.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const types = join(root, 'dist/types');

execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });

const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const entries = Object.values(exports).flatMap(({ types: path }) => (path === undefined ? [] : join(root, path)));
/** The index of a file's room; an entry stays as it is. */
const homeOf = (path) =>
  entries.includes(path)
    ? path
    : join(types, /^(?:(?:src|adapters)\/[^/]+|viewer)(?=\/)/.exec(relative(types, path))[0], 'index.d.ts');

const texts = joined(reachedFrom(entries), homeOf);
rmSync(types, { recursive: true });
for (const [file, text] of texts) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    text.replace(/^(?: {4})+/gm, (indentation) => indentation.slice(indentation.length / 2)),
  );
}
