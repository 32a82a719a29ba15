// Copies of dist/. A process has one layertap for each copy that it imports: the library keeps the kernels that it chose
// first, and builds from different times are compared with the same packages around them.
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Copies a built library, with a link to the packages that it finds where it is.
 * @param name of the copy; an older one of that name is overwritten
 * @returns the folder of the copy
 */
export function copyDist(name, dist = join(root, 'dist')) {
  const folder = join(root, 'build/bench/dist', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(dist, join(folder, 'dist'), { recursive: true });
  const rxjs = createRequire(resolve(dist, 'index.js')).resolve('rxjs');
  symlinkSync(rxjs.slice(0, rxjs.lastIndexOf('node_modules') + 'node_modules'.length), join(folder, 'node_modules'));
  return join(folder, 'dist');
}
