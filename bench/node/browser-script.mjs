// Scripts that were made for browsers but know Node, in Node.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInThisContext } from 'node:vm';

const require = createRequire(import.meta.url);

/** Where LiteRT.js finds its scripts and .wasm files. */
export const litertFiles = fileURLToPath(new URL('../node_modules/@litertjs/core/wasm/', import.meta.url));

/** Runs the script at a path. Its `ModuleFactory` becomes global, as in a page. */
export function runScript(path) {
  const source = `${readFileSync(path, 'utf8')}\nglobalThis.ModuleFactory = ModuleFactory;`;
  const run = runInThisContext(`(require, __filename, __dirname) => {\n${source}\n}`, { filename: path });
  run(require, path, dirname(path));
}
