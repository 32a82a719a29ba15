// Compiles peak.ts for both targets into build/bench/, unless that is newer than the sources.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const sources = ['peak.ts', 'asconfig.json', '../../assembly/arithmetic.ts'];
const asc = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js');

/** @returns the bytes of both binaries */
export function buildPeak() {
  return { simd: build('simd'), relaxed: build('relaxed') };
}

function build(target) {
  const binary = join(here, '../../build/bench', `peak-${target}.wasm`);
  const changed = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (sources.some((source) => changed(join(here, source)) > changed(binary))) {
    execFileSync(process.execPath, [asc, '--target', target], { cwd: here, stdio: 'inherit' });
  }
  return readFileSync(binary);
}
