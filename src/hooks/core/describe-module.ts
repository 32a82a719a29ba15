import { className } from '../../check/index.ts';
import type { ModuleLike } from './module-like.ts';

/** The repr where it is one line, the class's name where it is a tree. */
export function describeModule(module: ModuleLike): string {
  try {
    const repr = String(module);
    return repr.includes('\n') ? className(module) : repr;
  } catch {
    // A repr of the user's, or a cycle, must not replace the error that is being told.
    return className(module);
  }
}

/** A module and, unless it is the root, its path. */
export function describePlace(module: ModuleLike, path: string): string {
  return path === '' ? describeModule(module) : `${path}, ${describeModule(module)}`;
}
