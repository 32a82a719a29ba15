// The declarations of the entries. TypeScript writes all of every source file; what no entry reaches is half of it, and is
// removed.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reachedFrom } from './declarations.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const types = join(root, 'dist/types');

execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });

const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const entries = Object.values(exports).flatMap(({ types: path }) => (path === undefined ? [] : join(root, path)));
const reached = reachedFrom(entries);
for (const name of readdirSync(types, { recursive: true })) {
  const file = join(types, name);
  if (!name.endsWith('.d.ts')) continue;
  if (reached.has(file)) writeFileSync(file, reached.get(file));
  else rmSync(file);
}
