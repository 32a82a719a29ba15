// A library keeps the kernels that it chose first, so each kind of kernels is timed in a copy of the built files.
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Copies dist/ for one kind of kernels, and a number of threads. @returns the path of the copy's entry */
export function copyDist(kernels, threads) {
  const copy = join(root, 'build/bench/dist', `${kernels}-${threads}`);
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(root, 'dist'), copy, { recursive: true });
  return join(copy, 'index.js');
}
