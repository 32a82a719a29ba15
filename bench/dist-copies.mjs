// Copies of dist/. Each copy that a process imports is a layertap with its own kernels: the library keeps the ones that it
// chose first.
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Copies a built library, and links the node_modules that it resolves its dependencies from. `rxjs.js` in the copy is the
 * RxJS that the copy uses: operators of another instance would make its call sites polymorphic.
 * @param name of the copy; an older copy is overwritten
 * @returns the folder of the copy
 */
export function copyDist(name, dist = join(root, 'dist')) {
  const folder = join(root, 'build/bench/dist', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(dist, join(folder, 'dist'), { recursive: true });
  const rxjs = createRequire(resolve(dist, 'index.js')).resolve('rxjs');
  symlinkSync(rxjs.slice(0, rxjs.lastIndexOf('node_modules') + 'node_modules'.length), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'dist/rxjs.js'), "export * from 'rxjs';\n");
  return join(folder, 'dist');
}
