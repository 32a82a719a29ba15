// Reads every import of the source folders and holds the borders of docs/architecture.md.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { allImports, filesBelow, type Import, importsOf, isSource, targetOf } from '../scripts/imports.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Packages that are built into the bundles, and not installed with the library. */
const BUNDLED = ['d3-array', 'marked', 'preact', '@preact/signals', '@preact/signals-core', '@assemblyscript/loader'];

/** Modules of Node, for the command. */
const NODE = [
  'child_process',
  'crypto',
  'fs',
  'http',
  'module',
  'net',
  'os',
  'path',
  'stream',
  'url',
  'util',
  'zlib',
].map((name) => `node:${name}`);

/**
 * What the files of a room may import: other rooms, each by its index.ts, single files, and packages. A room may always
 * import itself.
 */
const BORDERS: Record<string, { rooms: string[]; packages: string[] }> = {
  'src/check': { rooms: [], packages: [] },
  'src/protobuf': { rooms: ['src/check'], packages: [] },
  'src/kernels': { rooms: ['src/check'], packages: ['@assemblyscript/loader', 'node:worker_threads'] },
  'src/hooks': { rooms: ['src/check'], packages: ['rxjs'] },
  'src/nn': { rooms: ['src/check', 'src/hooks', 'src/kernels'], packages: [] },
  'src/safetensors': { rooms: ['src/check'], packages: [] },
  'src/tensorboard': {
    rooms: ['src/check', 'src/hooks', 'src/kernels', 'src/protobuf'],
    packages: ['pbf', 'fflate'],
  },
  'src/inspect': { rooms: ['src/check', 'src/hooks', 'src/kernels', 'src/safetensors'], packages: [] },
  'src/testing': { rooms: ['src/check', 'src/hooks'], packages: [] },
  'src/index.ts': { rooms: ['src/hooks', 'src/kernels', 'src/nn'], packages: [] },
  'src/adapter.ts': { rooms: ['src/check', 'src/hooks', 'src/protobuf'], packages: [] },
  'adapters/onnx': { rooms: ['src/index.ts', 'src/adapter.ts'], packages: [] },
  'adapters/tfjs': { rooms: ['src/index.ts', 'src/adapter.ts'], packages: [] },
  // It hooks the sessions of ONNX Runtime that transformers.js runs.
  'adapters/transformers': { rooms: ['src/index.ts', 'src/adapter.ts', 'adapters/onnx'], packages: [] },
  viewer: { rooms: ['src/check', 'src/index.ts', 'src/adapter.ts', 'src/tensorboard'], packages: BUNDLED },
  command: {
    rooms: [
      'src/check',
      'src/index.ts',
      'src/inspect',
      'src/safetensors',
      'src/tensorboard',
      'viewer',
      'adapters/onnx',
    ],
    packages: NODE,
  },
  browser: { rooms: ['src/index.ts', 'src/hooks', 'src/kernels', 'viewer'], packages: ['rxjs'] },
  assembly: { rooms: [], packages: [] },
};

/** Folders whose files no room imports. */
const OTHERS = ['bench', 'build', 'dist', 'docs', 'examples', 'node_modules', 'scripts', 'site', 'test'];

/** Entries besides index.ts: a page without logs, or without threads, loads none of their code. */
const DOORS: Record<string, string[]> = { 'src/kernels': ['index.ts', 'threads.ts'], viewer: ['index.ts', 'logs.ts'] };

/** The only source files that may be in the repository's root: settings of tools that look for them there. */
const ROOT_FILES = ['rollup.config.mjs'];

const roomOf = (path: string) => Object.keys(BORDERS).find((room) => path === room || path.startsWith(`${room}/`));
const entries = readdirSync(root, { withFileTypes: true });
const folders = entries
  .filter((entry) => entry.isDirectory() && !OTHERS.includes(entry.name) && entry.name !== '.git')
  .map(({ name }) => name);
const rootFiles = entries.filter((entry) => entry.isFile() && isSource(entry.name)).map(({ name }) => name);
const imports = allImports(root, folders);

/** The sentence about a file that is in no room, or undefined. */
function stray(file: string): string | undefined {
  if (roomOf(file) !== undefined || ROOT_FILES.includes(file)) return undefined;
  if (!file.includes('/')) {
    return `${file} is in the root, where the only source files are ${ROOT_FILES.join(', ')}: move it to a room`;
  }
  if (file.startsWith('.')) return `${file} is in a hidden folder, which holds no source files: move it to a room`;
  return `${file} is in no room that test/borders.test.ts knows: add the room and its borders there`;
}

/** The sentence about a forbidden import, or undefined. */
function problem({ file, specifier }: Import): string | undefined {
  const room = roomOf(file);
  if (room === undefined) return stray(file);
  const { rooms, packages } = BORDERS[room]!;
  if (!specifier.startsWith('.')) {
    const known = packages.some((name) => specifier === name || specifier.startsWith(`${name}/`));
    return known
      ? undefined
      : `${file} imports the package ${specifier}; ${room} may import ${packages.join(', ') || 'no packages'}`;
  }
  const target = targetOf(root, { file, specifier });
  const other = roomOf(target);
  if (other === room) return undefined;
  if (other === undefined || !rooms.includes(other)) {
    return `${file} imports ${target}; ${room} may import ${rooms.join(', ') || 'no other room'}`;
  }
  const doors = DOORS[other] ?? ['index.ts'];
  return (target === other && target.endsWith('.ts')) || doors.some((door) => target === `${other}/${door}`)
    ? undefined
    : `${file} imports ${target}, an inner file; ${other} is imported by its ${doors.join(' or ')}`;
}

test('every import keeps the borders', () => {
  assert.ok(imports.length > 100, `only ${imports.length} imports were found`);
  assert.equal(
    imports.map(problem).filter((what) => what !== undefined),
    [],
  );
});

test('every file is in a room', () => {
  assert.equal(
    [...rootFiles, ...folders.flatMap((folder) => filesBelow(root, folder))].flatMap((file) => stray(file) ?? []),
    [],
  );
  assert.match(stray('src/x.ts')!, /^src\/x\.ts is in no room/);
  assert.match(stray('newroom/x.ts')!, /^newroom\/x\.ts is in no room/);
  assert.match(stray('x.ts')!, /^x\.ts is in the root/);
  assert.match(stray('.tools/x.ts')!, /^\.tools\/x\.ts is in a hidden folder/);
  assert.ok(rootFiles.includes('rollup.config.mjs') && folders.includes('.ci'), 'the root and hidden folders are read');
});

test('forbidden imports are found', () => {
  const bad: [string, string][] = [
    ['src/hooks/x.ts', '../nn/index.ts'],
    ['src/hooks/x.ts', '../kernels/index.ts'],
    ['src/tensorboard/x.ts', '../nn/tensor.ts'],
    ['src/inspect/x.ts', '../nn/index.ts'],
    ['src/nn/x.ts', '../hooks/pipeline.ts'],
    ['src/kernels/x.ts', 'rxjs'],
    ['src/nn/x.ts', '../../test/kernels/sizes.ts'],
    ['adapters/tfjs/x.ts', '@tensorflow/tfjs'],
    ['src/tensorboard/x.ts', 'node:fs'],
    ['adapters/tfjs/x.ts', '../../src/hooks/index.ts'],
    ['adapters/tfjs/x.ts', '../../src/check/index.ts'],
    ['src/check/x.ts', '../kernels/index.ts'],
    ['src/kernels/x.ts', '../check/describe.ts'],
    ['viewer/x.tsx', '../src/hooks/index.ts'],
    ['viewer/x.ts', '../src/kernels/index.ts'],
    ['command/x.ts', '../viewer/mount.ts'],
    ['src/hooks/x.ts', '../../viewer/index.ts'],
    ['newroom/x.ts', './y.ts'],
    ['src/nn/x.ts', '../hooks'],
    ['src/nn/x.ts', '../hooks/index.ts?raw'],
    ['adapters/onnx/x.ts', '../tfjs/index.ts'],
    ['adapters/onnx/x.ts', '../transformers/index.ts'],
    ['adapters/transformers/x.ts', '../onnx/plan.ts'],
    ['adapters/transformers/x.ts', '@huggingface/transformers'],
  ];
  for (const [file, specifier] of bad) assert.ok(problem({ file, specifier }), `${file} imports ${specifier}`);
  const every: [string, string][] = [
    ["import a from 'a';", 'a'],
    ["import type { A } from 'a';", 'a'],
    ['export { a } from "a";', 'a'],
    ["import {\n  a,\n} from 'a';", 'a'],
    ["const b = 1; import 'a';", 'a'],
    ["await import('a');", 'a'],
    ['await import(`a`);', 'a'],
    ["type A = import('a').A;", 'a'],
    ["import a = require('a');", 'a'],
    ["new Worker(new URL('../nn/a.ts', import.meta.url), {});", '../nn/a.ts'],
    ['/// <reference path="../nn/a.ts" />', '../nn/a.ts'],
    ["/// <reference path='a.ts' />", './a.ts'],
    ['/// <reference types="a" />', 'a'],
  ];
  for (const [source, specifier] of every) assert.equal(importsOf(source), [specifier], source);
  assert.equal(importsOf("// import 'a';\n/* export * from 'a'; */"), []);
  assert.equal(importsOf("new URL('../package.json', import.meta.url);"), []);
});

test('the dependencies of package.json are those that the folders may import', () => {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const installed = Object.keys({ ...dependencies, ...peerDependencies }).sort();
  const imported = new Set(Object.values(BORDERS).flatMap(({ packages }) => packages));
  assert.equal(installed, [...imported].filter((name) => !BUNDLED.includes(name) && !name.startsWith('node:')).sort());
});

test('rxjs is imported in one folder; the files for pages pass some of it on', () => {
  const outside = imports.filter(
    ({ file, specifier }) => /^rxjs(\/|$)/.test(specifier) && !/^(src\/hooks\/rx|browser)\//.test(file),
  );
  assert.equal(
    outside.map(({ file }) => `${file} imports rxjs; only src/hooks/rx may`),
    [],
  );
});

/** Files that import each other in a circle, each with the circle. Tarjan's strongly connected components, 1972. */
function circles(all: readonly Import[]): string[][] {
  const graph = new Map<string, string[]>();
  for (const one of all) {
    if (one.specifier.startsWith('.')) graph.set(one.file, [...(graph.get(one.file) ?? []), targetOf(root, one)]);
  }
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): number => {
    order.set(file, order.size);
    low.set(file, order.get(file)!);
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!order.has(next)) low.set(file, Math.min(low.get(file)!, visit(next)));
      else if (stack.includes(next)) low.set(file, Math.min(low.get(file)!, order.get(next)!));
    }
    if (low.get(file) === order.get(file)) {
      const circle = stack.splice(stack.indexOf(file));
      if (circle.length > 1 || graph.get(file)?.includes(file)) found.push(circle.sort());
    }
    return low.get(file)!;
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return found;
}

test('no files import each other in a circle, types included', () => {
  assert.equal(
    circles(imports).map((files) => `${files.join(', ')} import each other: move what they share to a file below`),
    [],
  );
  const [a, b, c] = ['src/a.ts', 'src/b.ts', 'src/c.ts'];
  const made = (file: string, specifier: string) => ({ file, specifier });
  assert.equal(circles([made(a, './b.ts'), made(b, './c.ts'), made(c, './b.ts')]), [[b, c]]);
});

test.run();
