import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The path of a file of `dist/`.
 * @throws Error that says how to build if the file is missing
 */
export function built(path: string): string {
  const file = fileURLToPath(new URL(`../dist/${path}`, import.meta.url));
  if (!existsSync(file)) throw new Error(`this test needs dist/${path}: run "npm run build" first`);
  return file;
}
