// Compiles assembly/ for both targets of asconfig.json, and writes the binaries as text into a TypeScript file, so that users
// host no .wasm file. Text of a character per byte, mostly, stays as compressible as the bytes are: base64, whose characters
// begin within bytes, is 2 KB larger when it is gzipped.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The digits of a byte: 88 characters that no string, page or template gives a meaning. */
const DIGITS = Array.from({ length: 92 }, (_, i) => String.fromCharCode(35 + i))
  .filter((character) => !"'<\\`".includes(character))
  .join('');
/** Before the digit of a byte from 88 on, and from 176 on. */
const HIGHER = ['', ' ', '!'];

const textOf = (bytes) => Array.from(bytes, (byte) => HIGHER[Math.floor(byte / 88)] + DIGITS[byte % 88]).join('');

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const asc = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js');

const constants = ['simd', 'relaxed'].map((target) => {
  execFileSync(process.execPath, [asc, '--config', 'asconfig.json', '--target', target], {
    cwd: root,
    stdio: 'inherit',
  });
  const bytes = readFileSync(join(root, 'build', `${target}.wasm`));
  console.log(`build/${target}.wasm: ${bytes.length} bytes`);
  return `export const ${target}: string = '${textOf(bytes)}';\n`;
});

const header = '// Written by scripts/build-wasm.mjs from assembly/. Not in git.\n';
writeFileSync(
  join(root, 'src/kernels/binaries.ts'),
  `${header}export const digits: string = '${DIGITS}';\n${constants.join('')}`,
);
