// Compiles peak.ts for both targets into build/bench/.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const asc = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js');

/** @returns the bytes of both binaries */
export function buildPeak() {
  const build = (target) => {
    execFileSync(process.execPath, [asc, '--config', 'asconfig.json', '--target', target], {
      cwd: here,
      stdio: 'inherit',
    });
    return readFileSync(join(here, '../../build/bench', `peak-${target}.wasm`));
  };
  return { simd: build('simd'), relaxed: build('relaxed') };
}
