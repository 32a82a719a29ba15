import { className } from '../../check/index.ts';
import type { ModuleLike } from './module-like.ts';

/** The repr if it is one line, else the name of the class. */
export function describeModule(module: ModuleLike): string {
  try {
    const repr = String(module);
    return repr.includes('\n') ? className(module) : repr;
  } catch {
    // A toString() that fails must not hide the error that this is for.
    return className(module);
  }
}

/** The path, unless it is empty, and the module. */
export function describePlace(module: ModuleLike, path: string): string {
  return path === '' ? describeModule(module) : `${path}, ${describeModule(module)}`;
}
