// Reads every import of src/, adapters/ and assembly/ and holds the borders of docs/architecture.md.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { allImports, type Import, importsOf, targetOf } from '../scripts/imports.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Packages that are built into the bundles: whoever installs the library does not install them. */
const BUNDLED = ['d3-array', '@assemblyscript/loader'];

/** The one room that runs in Node alone takes its parts as packages. */
const NODE = ['child_process', 'crypto', 'fs', 'http', 'net', 'os', 'path', 'stream', 'url', 'util', 'zlib'].map(
  (name) => `node:${name}`,
);

/** What the files of a room may import: other rooms, and packages. A room may always import itself, and one of src/ the foot. */
const BORDERS: Record<string, { rooms: string[]; packages: string[] }> = {
  'src/check': { rooms: [], packages: [] },
  'src/hooks': { rooms: [], packages: ['rxjs'] },
  'src/kernels': { rooms: [], packages: ['@assemblyscript/loader'] },
  'src/nn': { rooms: ['src/hooks', 'src/kernels'], packages: [] },
  'src/protobuf': { rooms: [], packages: [] },
  'src/safetensors': { rooms: [], packages: [] },
  'src/inspect': { rooms: ['src/hooks', 'src/kernels'], packages: [] },
  'src/tensorboard': { rooms: ['src/hooks', 'src/kernels', 'src/protobuf'], packages: ['pbf', 'crc-32', 'fflate'] },
  'src/viewer': { rooms: ['src/hooks', 'src/kernels', 'src/tensorboard'], packages: BUNDLED },
  'src/command': { rooms: ['src/viewer', 'src/tensorboard'], packages: NODE },
  'src/testing': { rooms: ['src/hooks'], packages: [] },
  'src/index.ts': { rooms: ['src/hooks', 'src/kernels', 'src/nn', 'src/protobuf'], packages: [] },
  adapters: { rooms: ['src/index.ts'], packages: [] },
  assembly: { rooms: [], packages: [] },
};

/** The foot of the house: all rooms of src/ may import it, and it imports nothing. */
const FOOT = 'src/check';

/** Between rooms there is one door; the viewer's has a second one, so that a page without logs reads none. */
const DOORS: Record<string, string[]> = { 'src/viewer': ['index.ts', 'logs.ts'] };

const roomOf = (path: string) => Object.keys(BORDERS).find((room) => path === room || path.startsWith(`${room}/`));
const imports = allImports(root, ['src', 'adapters', 'assembly']);

/** What is wrong with an import, or nothing. */
function problem({ file, specifier }: Import): string | undefined {
  const room = roomOf(file);
  if (room === undefined) return 'the file stands in no room';
  const { rooms, packages } = BORDERS[room]!;
  if (!specifier.startsWith('.')) {
    const known = packages.some((name) => specifier === name || specifier.startsWith(`${name}/`));
    return known ? undefined : `${room} may not import the package ${specifier}`;
  }
  const target = targetOf(root, { file, specifier });
  const other = roomOf(target);
  if (other === room) return undefined;
  const allowed = room.startsWith('src/') && room !== 'src/index.ts' ? [FOOT, ...rooms] : rooms;
  if (other === undefined || !allowed.includes(other)) return `${room} may not import ${target}`;
  const doors = DOORS[other] ?? ['index.ts'];
  return target === other || doors.some((door) => target === `${other}/${door}`)
    ? undefined
    : `${target} is not the door of ${other}`;
}

test('every import keeps the borders', () => {
  assert.ok(imports.length > 100, `only ${imports.length} imports were found`);
  const broken = imports.flatMap((one) => {
    const what = problem(one);
    return what === undefined ? [] : [`${one.file}: ${what}`];
  });
  assert.equal(broken, []);
});

test('the check sees what it is made for', () => {
  const bad: [string, string][] = [
    ['src/hooks/x.ts', '../nn/index.ts'],
    ['src/hooks/x.ts', '../kernels/index.ts'],
    ['src/tensorboard/x.ts', '../nn/tensor.ts'],
    ['src/nn/x.ts', '../hooks/pipeline.ts'],
    ['src/kernels/x.ts', 'rxjs'],
    ['src/nn/x.ts', '../../test/kernels/sizes.ts'],
    ['adapters/tfjs.ts', '@tensorflow/tfjs'],
    ['src/tensorboard/x.ts', 'node:fs'],
    ['adapters/tfjs.ts', '../src/hooks/index.ts'],
    ['adapters/tfjs.ts', '../src/check/index.ts'],
    ['src/check/x.ts', '../kernels/index.ts'],
    ['src/kernels/x.ts', '../check/describe.ts'],
  ];
  for (const [file, specifier] of bad) assert.ok(problem({ file, specifier }), `${file} imports ${specifier}`);
  assert.equal(
    importsOf("import a from 'a';\nexport { b } from \"b\";\nimport 'c';\nawait import('d');\n// from 'e'\n"),
    ['a', 'b', 'd', 'c'],
  );
});

test('the library depends on what its rooms import, and on nothing that only a benchmark needs', () => {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const installed = Object.keys({ ...dependencies, ...peerDependencies }).sort();
  const imported = new Set(Object.values(BORDERS).flatMap(({ packages }) => packages));
  assert.equal(installed, [...imported].filter((name) => !BUNDLED.includes(name) && !NODE.includes(name)).sort());
});

test('rxjs is imported in one file', () => {
  const files = imports.filter(({ specifier }) => specifier.startsWith('rxjs')).map(({ file }) => file);
  assert.equal(
    [...new Set(files)].filter((file) => file !== 'src/hooks/rx.ts' && !file.startsWith('src/hooks/operators/')),
    [],
  );
});

test.run();
