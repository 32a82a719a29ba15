// One build of everything in dist/: the entries of package.json and the command, which share chunks, so that a program has one
// registry of global hooks; and dist/browser, files for pages without a bundler, with their packages in them.
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { CHUNKS, pathOf, placeOf, programFor, programOf } from './scripts/chunks.mjs';
import { banner, isForPages, minified } from './scripts/minify.mjs';
import { packagesOf, textsOf } from './scripts/notices.mjs';
import { parts } from './scripts/parts.mjs';

const { dependencies, peerDependencies, version } = JSON.parse(
  readFileSync(new URL('./package.json', import.meta.url), 'utf8'),
);
const packages = Object.keys({ ...dependencies, ...peerDependencies });
const tsconfigRaw = readFileSync(new URL('./tsconfig.json', import.meta.url), 'utf8');
/** RxJS imports types as if they were values. */
const RXJS_TSCONFIG = '{ "compilerOptions": { "useDefineForClassFields": false } }';
const packageFile = (path) => fileURLToPath(new URL(`node_modules/${path}`, import.meta.url));

/** The modules of the packages that files for pages contain. Node would resolve others. */
const BROWSER_MODULES = {
  // From its sources: its ES modules are for ES2015, with helpers for async functions.
  rxjs: 'rxjs/src/index.ts',
  fflate: 'fflate/esm/browser.js',
  pbf: 'pbf/index.js',
};

/** What pages have instead of a file of the library that nothing in them calls. */
const PAGE_FILES = new Map([[resolve('src/nn/replay-recipe.ts'), resolve('browser/no-replay.ts')]]);

const programs = {
  name: 'programs',
  resolveId(source, importer) {
    if (importer === undefined) return resolve(source);
    const program = programOf(importer);
    const from = pathOf(importer);
    if (source.startsWith('.')) {
      // rxjs leaves out the endings of its files.
      const file = from.startsWith(packageFile('rxjs/')) ? `${source}.ts` : source;
      if (program === 'global' && file === './ui/shell.tsx') return `${resolve('viewer/ui/shell-later.ts')}?global`;
      const found = resolve(dirname(from), file);
      const of = programFor(placeOf(found), program);
      const path = of === 'browser' ? (PAGE_FILES.get(found) ?? found) : found;
      return of === '' ? path : `${path}?${of}`;
    }
    const path = BROWSER_MODULES[source]
      ? packageFile(BROWSER_MODULES[source])
      : fileURLToPath(import.meta.resolve(source));
    return program === '' ? path : `${path}?${program}`;
  },
  load: (id) => (id.startsWith('\0') ? null : readFileSync(pathOf(id), 'utf8')),
  async transform(code, id) {
    const path = pathOf(id);
    if (path.endsWith('.css')) {
      const { code: text } = await transform(code, { loader: 'css', minify: true });
      return { code: `export default ${JSON.stringify(text)};`, map: null };
    }
    if (!/\.tsx?$/.test(path)) return null;
    const { code: script } = await transform(code, {
      loader: path.endsWith('x') ? 'tsx' : 'ts',
      target: 'es2022',
      tsconfigRaw: path.startsWith(packageFile('rxjs/')) ? RXJS_TSCONFIG : tsconfigRaw,
      sourcefile: path,
    });
    return { code: script, map: null };
  },
};

/**
 * AssemblyScript's loader gives a module functions for strings, arrays and classes. The kernels exchange numbers and pointers,
 * so here it only instantiates, which takes 1.5 KB off, gzipped. It also made a TextDecoder for utf-16le when it was imported, which
 * engines without one (Hermes, jsdom in Jest) could not do.
 */
const LOADER_PARTS = [
  ['the decoder', /new TextDecoder\("utf-16le".*?\)/g, 'undefined', 1],
  ['what comes before', /const extended = preInstantiate\(imports\);/g, '', 3],
  ['what comes after', /postInstantiate\(extended, (?:result\.)?instance\)/g, '{}', 3],
];

const bareLoader = {
  name: 'bare loader',
  transform(code, id) {
    if (!id.includes('@assemblyscript/loader')) return null;
    for (const [what, pattern, , times] of LOADER_PARTS) {
      if (code.match(pattern)?.length === times) continue;
      throw new Error(`rollup.config.mjs: ${what} was not found ${times} times in @assemblyscript/loader`);
    }
    const bare = LOADER_PARTS.reduce((text, [, pattern, by]) => text.replace(pattern, by), code);
    return { code: bare, map: null };
  },
};

/** The viewer uses the lexer of `marked` alone, but the file also makes a Marked with its parser, and hangs all on a function. */
const lexerOfMarked = {
  name: 'lexer of marked',
  transform(code, id) {
    if (!id.includes('/marked/')) return null;
    const rest = /;var \w+=new \w+;function .*export\{(?:.*,)?(\w+) as Lexer\b.*\};/s;
    if (!rest.test(code)) throw new Error('rollup.config.mjs: the end of marked was not found');
    return { code: code.replace(rest, ';export{$1 as Lexer};'), map: null };
  },
};

/** The recorder for PyTorch, for users to copy. */
const recorder = {
  name: 'recorder',
  generateBundle() {
    const source = readFileSync(new URL('examples/pytorch/layertap_record.py', import.meta.url));
    this.emitFile({ type: 'asset', fileName: 'layertap_record.py', source });
  },
};

/** The licences of all that is built in. */
const licences = {
  name: 'licences',
  generateBundle(_options, bundle) {
    const packages = Object.values(bundle).flatMap(({ modules = {} }) => packagesOf(modules));
    this.emitFile({ type: 'asset', fileName: 'browser/licences.txt', source: textsOf(packages) });
  },
};

/**
 * Modules of the viewer with chunks of their own, as entries have: a program that imports `mountActivation` alone gets
 * nothing else. Where a bundler follows imports file by file, as esbuild does, a file that a later part needs is kept
 * wherever it is imported: hence the shell, which later parts import from, apart from what `viewer.js` imports.
 */
const VIEWER_CHUNKS = ['viewer/mount.ts', 'viewer/activation/mount.ts'];

/** Entries for pages. Others import more from hooks.js and layertap.js than users do. */
const PAGES = {
  'browser/hooks': 'browser/hooks.ts?browser',
  'browser/layertap': 'browser/layertap.ts?browser',
  'browser/viewer': 'viewer/index.ts?browser',
  'browser/page': 'viewer/page/viewer.ts?page',
  'browser/reader': 'viewer/page/reader.ts?page',
  'browser/report': 'viewer/page/report.ts?page',
  'browser/layertap.global': 'browser/global.ts?global',
};

const entries = {
  name: 'entries',
  buildStart() {
    for (const id of VIEWER_CHUNKS) this.emitFile({ type: 'chunk', id, preserveSignature: 'allow-extension' });
    for (const [name, id] of Object.entries(PAGES)) {
      this.emitFile({ type: 'chunk', name, id, preserveSignature: 'allow-extension' });
    }
  },
};

/** Its inputs are the entries of package.json; tests read them. */
export const library = {
  // As "sideEffects" in package.json: unused modules are dropped.
  treeshake: { moduleSideEffects: false },
  onwarn(warning) {
    throw new Error(warning.message);
  },
  external: (id, importer = '') =>
    id.startsWith('node:') ||
    (programOf(importer) === '' && packages.some((name) => id === name || id.startsWith(`${name}/`))),
  input: {
    index: 'src/index.ts',
    adapter: 'src/adapter.ts',
    'adapters/onnx': 'adapters/onnx/index.ts',
    'adapters/tfjs': 'adapters/tfjs/index.ts',
    'adapters/transformers': 'adapters/transformers/index.ts',
    command: 'command/main.ts',
    inspect: 'src/inspect/index.ts',
    safetensors: 'src/safetensors/index.ts',
    tensorboard: 'src/tensorboard/index.ts',
    testing: 'src/testing/index.ts',
    viewer: 'viewer/index.ts',
    'viewer/logs': 'viewer/logs.ts',
  },
  output: {
    dir: 'dist',
    format: 'es',
    chunkFileNames: ({ name, moduleIds }) =>
      moduleIds.some((id) => programOf(id) !== '') ? `browser/${basename(name)}.js` : 'shared/[name]-[hash].js',
    hoistTransitiveImports: false,
    manualChunks: (id) => CHUNKS[programOf(id)](placeOf(id)),
    onlyExplicitManualChunks: true,
    banner: (chunk) => (isForPages(chunk) ? '' : banner(chunk)),
  },
  plugins: [programs, bareLoader, lexerOfMarked, minified, entries, licences, recorder, parts(version)],
};

export default library;
