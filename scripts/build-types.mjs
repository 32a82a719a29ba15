// The declarations of the entries. TypeScript writes one for every source file; those that no entry reaches are half of them,
// and are removed.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importsOf } from './imports.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const types = join(root, 'dist/types');

execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });

const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const reached = new Set();
for (const entry of Object.values(exports)) if (entry.types !== undefined) visit(join(root, entry.types));
for (const name of readdirSync(types, { recursive: true })) {
  const file = join(types, name);
  if (name.endsWith('.d.ts') && !reached.has(file)) rmSync(file);
}

function visit(file) {
  if (reached.has(file)) return;
  if (!existsSync(file)) throw new Error(`build-types: ${file} does not exist, but a declaration imports it`);
  reached.add(file);
  for (const specifier of importsOf(readFileSync(file, 'utf8'))) {
    if (specifier.startsWith('.')) visit(join(dirname(file), specifier.replace(/\.[jt]sx?$/, '.d.ts')));
  }
}
