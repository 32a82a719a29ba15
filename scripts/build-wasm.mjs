// Compiles assembly/ for both targets of asconfig.json, and writes the binaries as base64 into a TypeScript file, so that
// users host no .wasm file.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const asc = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js');

const constants = ['simd', 'relaxed'].map((target) => {
  execFileSync(process.execPath, [asc, '--config', 'asconfig.json', '--target', target], {
    cwd: root,
    stdio: 'inherit',
  });
  const bytes = readFileSync(join(root, 'build', `${target}.wasm`));
  console.log(`build/${target}.wasm: ${bytes.length} bytes`);
  return `export const ${target}: string = '${bytes.toString('base64')}';\n`;
});

const header = '// Written by scripts/build-wasm.mjs from assembly/. Not in git.\n';
writeFileSync(join(root, 'src/kernels/binaries.ts'), header + constants.join(''));
