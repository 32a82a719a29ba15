// Compiles assembly/ for both targets of asconfig.json, and writes the binaries as text into a TypeScript file, so that users
// host no .wasm file. Text of a character per byte, mostly, stays as compressible as the bytes are: base64, whose characters
// begin within bytes, is 2 KB larger when it is gzipped.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Added to each byte, so that the prefix of SIMD instructions, 0xfd, is a single digit: 70 bytes less, gzipped. */
const SHIFT = 4;

/** The digits of a byte: 88 characters that no string, page or template gives a meaning. */
const DIGITS = Array.from({ length: 92 }, (_, i) => String.fromCharCode(35 + i))
  .filter((character) => !"'<\\`".includes(character))
  .join('');
/** Before the digit of a shifted byte from 88 on, and from 176 on. */
const HIGHER = ['', ' ', '!'];

const digit = (shifted) => HIGHER[Math.floor(shifted / 88)] + DIGITS[shifted % 88];
const textOf = (bytes) => Array.from(bytes, (byte) => digit((byte + SHIFT) % 256)).join('');

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
  `${header}export const shift = ${SHIFT};\nexport const digits: string = '${DIGITS}';\n${constants.join('')}`,
);
