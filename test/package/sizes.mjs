// What a program ships that imports one thing from the packed package: bundled and minified by esbuild, gzipped, RxJS
// apart; and what a page loads without a bundler. Fails if a bundle is larger than its limit, or if the table in the README is off by more than 3 %.
//
//   npm run build && node test/package/sizes.mjs            checks
//   npm run build && node test/package/sizes.mjs --write    writes the measured figures into the README first
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { bytesOf, loadedWith } from '../../scripts/loaded.mjs';
import { stagePackage } from '../../scripts/stage-package.mjs';

const TOLERANCE = 0.03;

/** The chunks that `layertap` itself consists of. */
const LAYERTAP = /\/(check|containers|edits|hooks|kernels|nn|select)-[^/]*\.js$/;

const withoutLayertap = {
  name: 'layertap is external',
  setup: ({ onResolve }) => onResolve({ filter: LAYERTAP }, ({ path }) => ({ path, external: true })),
};

/** By the first cell of the README's row: a program, and how many bytes it may have, gzipped. */
const PROGRAMS = {
  '`attach` on one method, `log()` included': {
    limit: 14_200,
    code: `
      import { attach } from 'layertap';
      attach(globalThis.model, 'predict').log();`,
  },
  'a `Module` with a `Linear`, and one hook': {
    limit: 31_800,
    code: `
      import { Linear, Module } from 'layertap';
      class Network extends Module {
        fc = new Linear(10, 2);
        forward(x) {
          return this.fc(x);
        }
      }
      const net = new Network();
      net.fc.registerForwardHook((module, inputs, output) => console.log(output));
      globalThis.net = net;`,
  },
  '`SummaryWriter`': {
    limit: 43_600,
    code: `
      import { SummaryWriter } from 'layertap/tensorboard';
      new SummaryWriter('runs').addHistogram('fc1', globalThis.values);`,
  },
  '`readEvents`': {
    limit: 8_400,
    code: `
      import { readEvents } from 'layertap/tensorboard';
      globalThis.events = readEvents(globalThis.bytes);`,
  },
  '`readSafetensors`': {
    limit: 4_300,
    code: `
      import { readSafetensors } from 'layertap/safetensors';
      globalThis.weights = readSafetensors(globalThis.bytes);`,
  },
  '`record`': {
    limit: 32_400,
    code: `
      import { record } from 'layertap/inspect';
      globalThis.bytes = record(globalThis.net, [globalThis.x]);`,
  },
  '`compare`': {
    limit: 50_000,
    code: `
      import { compare } from 'layertap/inspect';
      globalThis.comparison = compare(globalThis.net, globalThis.recording, [globalThis.x]);`,
  },
  '`mountViewer` on a `select` of one model': {
    limit: 100_000,
    code: `
      import { select } from 'layertap';
      import { mountViewer } from 'layertap/viewer';
      mountViewer(document.body, select(globalThis.net, '**'));`,
  },
  '`mountActivation` on one module, beside `layertap`': {
    limit: 9_000,
    plugins: [withoutLayertap],
    code: `
      import { mountActivation } from 'layertap/viewer';
      mountActivation(document.body, globalThis.net.conv1, { layout: 'NCHW' });`,
  },
  '`wrapTfjs`, and one hook': {
    limit: 36_900,
    code: `
      import { wrapTfjs } from 'layertap/adapters/tfjs';
      wrapTfjs(globalThis.tf, globalThis.model).registerForwardHook((module, inputs, output) => console.log(output));`,
  },
};

/** Files of dist/browser with what they import, RxJS included. */
const FILES = {
  '`layertap.js`': { limit: 46_300, files: () => loadedWith('layertap.js') },
  '`hooks.js`': { limit: 23_000, files: () => loadedWith('hooks.js') },
  '`viewer.js`, beside `layertap.js`': { limit: 58_700, files: () => loadedWith('viewer.js', ['layertap.js']) },
  '`layertap.global.js`': { limit: 72_000, files: () => ['layertap.global.js'] },
  'what it loads for a viewer': {
    limit: 35_000,
    files: () => loadedWith('drawing.js').filter((name) => name.endsWith('.part.js')),
  },
};

/** Of the package itself: as it is downloaded, and as it lies in node_modules. */
const PACKAGE = {
  'the package, packed': { limit: 600_000, bytes: ({ size }) => size },
  'the package, unpacked': { limit: 2_000_000, bytes: ({ unpackedSize }) => unpackedSize },
};

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = join(root, 'README.md');
const folder = mkdtempSync(join(tmpdir(), 'layertap-sizes-'));
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(bytes < 100_000 ? 1 : 0)} KB`;

/** Packs the repository and unpacks it where a program in `folder` finds it. @returns what npm says of it */
function install() {
  const pack = ['pack', stagePackage(), '--json', '--pack-destination', folder];
  const [packed] = JSON.parse(execFileSync('npm', pack, { encoding: 'utf8' }));
  const target = join(folder, 'node_modules/layertap');
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, packed.filename), '-C', target, '--strip-components', '1']);
  return packed;
}

/**
 * Bundles a program. Parts that are loaded when they are first needed do not count.
 * @param plugins of esbuild
 */
async function bundle(code, plugins = []) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: folder },
    bundle: true,
    splitting: true,
    outdir: join(folder, 'bundle'),
    absWorkingDir: folder,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: ['rxjs', 'node:*'],
    plugins,
    // Where the package's dependencies are.
    nodePaths: [join(root, 'node_modules')],
    legalComments: 'none',
    metafile: true,
    write: false,
  });
  const { outputs } = metafile;
  const loaded = new Set();
  const load = (path) => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const { path: next, kind, external } of outputs[path].imports) {
      if (!external && kind !== 'dynamic-import') load(next);
    }
  };
  load(Object.keys(outputs).find((path) => outputs[path].entryPoint === '<stdin>'));
  const files = outputFiles.filter(({ path }) => loaded.has(relative(folder, path).replaceAll('\\', '/')));
  return Buffer.concat(files.map(({ contents }) => contents));
}

/** The row of the README that begins with a cell and ends with a size: the whole line, and the bytes that its last cell claims. */
function rowOf(text, name) {
  const line = text.split('\n').find((row) => row.startsWith(`| ${name} |`) && /\d [KM]B \|$/.test(row));
  assert.ok(line, `README.md has no row "${name}" in its table of sizes`);
  const [amount, unit] = line.split('|').at(-2).trim().split(' ');
  return { line, claimed: Number(amount) * { KB: 1e3, MB: 1e6 }[unit] };
}

try {
  const packed = install();
  const measured = Object.entries(PACKAGE).map(([name, { limit, bytes }]) => ({ name, limit, bytes: bytes(packed) }));
  for (const [name, { limit, code, plugins }] of Object.entries(PROGRAMS)) {
    const script = await bundle(code, plugins);
    measured.push({ name, limit, minified: script.length, bytes: gzipSync(script, { level: 9 }).length });
  }
  for (const [name, { limit, files }] of Object.entries(FILES)) {
    const { raw, gzipped } = bytesOf(files());
    measured.push({ name, limit, minified: raw, bytes: gzipped });
  }
  let text = readFileSync(readme, 'utf8');
  if (process.argv.includes('--write')) {
    for (const { name, minified, bytes } of measured) {
      const cells = [name, minified === undefined ? '' : kilobytes(minified), kilobytes(bytes)];
      text = text.replace(rowOf(text, name).line, () => `| ${cells.join(' | ')} |`);
    }
    writeFileSync(readme, text);
  }
  const problems = [];
  for (const { name, limit, bytes } of measured) {
    const { claimed } = rowOf(text, name);
    console.log(`${name.padEnd(44)} ${bytes} bytes, limit ${limit}, README ${kilobytes(claimed)}`);
    if (bytes > limit) problems.push(`${name}: at most ${limit} bytes, got ${bytes}`);
    if (!(Math.abs(bytes / claimed - 1) <= TOLERANCE)) {
      problems.push(`README.md, ${name}: ${kilobytes(claimed)}, got ${kilobytes(bytes)}; --write corrects it`);
    }
  }
  assert.deepEqual(problems, []);
} finally {
  rmSync(folder, { recursive: true });
}
