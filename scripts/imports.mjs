// The graph of imports, read from the text of the sources.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/**
 * The specifiers of a file's static, dynamic and type imports and of its re-exports; of source files that it names by
 * `new URL('./x.ts', import.meta.url)`, for a worker; and of its `/// <reference>` comments.
 */
export function importsOf(source) {
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const patterns = [
    /\bfrom\s*['"]([^'"\s]+)['"]/g,
    /\b(?:import|require)\s*\(\s*['"`]([^'"`\s]+)['"`]/g,
    /(?:^|;)\s*import\s*['"]([^'"\s]+)['"]/gm,
    /\bnew\s+URL\(\s*['"`]([^'"`\s]+\.[mc]?[jt]sx?)['"`]\s*,\s*import\.meta\.url/g,
  ];
  const references = source.matchAll(/^\s*\/\/\/\s*<reference\s+(path|types)\s*=\s*['"]([^'"]+)['"]/gm);
  return [
    ...patterns.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1])),
    // A path needs no './'.
    ...[...references].map(([, kind, name]) => (kind === 'path' && !name.startsWith('.') ? `./${name}` : name)),
  ];
}

/** The source files below a folder, as paths from `root`. */
export function filesBelow(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true })
    .map((name) => join(folder, name))
    .filter(isSource);
}

/** Whether a file has an extension of JavaScript or TypeScript. */
export const isSource = (name) => /\.[mc]?[jt]sx?$/.test(name);

/** All imports of the files below some folders: `{ file, specifier }`, paths from `root`. */
export function allImports(root, folders) {
  return folders.flatMap((folder) =>
    filesBelow(root, folder).flatMap((file) =>
      importsOf(readFileSync(join(root, file), 'utf8')).map((specifier) => ({ file, specifier })),
    ),
  );
}

/** The target of a relative import, as a path from `root`. */
export const targetOf = (root, { file, specifier }) => relative(root, resolve(root, dirname(file), specifier));

/** The test files that import one of the changed files, directly or not. */
export function testsOf(root, changed) {
  const importers = new Map();
  for (const one of allImports(root, ['src', 'adapters', 'viewer', 'command', 'test', 'examples'])) {
    if (!one.specifier.startsWith('.')) continue;
    const target = targetOf(root, one);
    importers.set(target, [...(importers.get(target) ?? []), one.file]);
  }
  const reached = new Set();
  const visit = (file) => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const importer of importers.get(file) ?? []) visit(importer);
  };
  for (const file of changed) {
    visit(file);
    // It runs the examples in child processes.
    if (file.startsWith('examples/')) reached.add('test/examples.test.ts');
  }
  return [...reached].filter((file) => file.endsWith('.test.ts')).sort();
}
