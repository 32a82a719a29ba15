import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Where a file of `dist/` is, for the tests that need one.
 * @throws Error that says how to build where it is missing
 */
export function built(path: string): string {
  const file = fileURLToPath(new URL(`../dist/${path}`, import.meta.url));
  if (!existsSync(file)) throw new Error(`this test needs dist/${path}: run "npm run build" first`);
  return file;
}
