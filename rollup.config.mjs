// The public entries and the command as ES modules that share chunks, so that a program has one registry of global hooks; and
// dist/browser, files for pages without a bundler, with their packages in them.
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transform } from 'esbuild';
import esbuild from 'rollup-plugin-esbuild';
import { noticesOf, packagesOf, textsOf } from './scripts/notices.mjs';

const { dependencies, peerDependencies, version } = JSON.parse(
  readFileSync(new URL('./package.json', import.meta.url), 'utf8'),
);
const packages = Object.keys({ ...dependencies, ...peerDependencies });

/** Resolves the packages that are built in, all of them ES modules: rollup alone resolves only paths. */
const builtIn = {
  name: 'built-in packages',
  resolveId(id, importer) {
    if (importer === undefined || /^[./\0]|^node:/.test(id)) return null;
    return fileURLToPath(import.meta.resolve(id));
  },
};

const packageFile = (path) => fileURLToPath(new URL(`node_modules/${path}`, import.meta.url));

/** The modules of the packages that files for pages contain. Node would resolve others. */
const BROWSER_MODULES = {
  rxjs: 'rxjs/dist/esm/index.js',
  tslib: 'tslib/tslib.es6.mjs',
  fflate: 'fflate/esm/browser.js',
  pbf: 'pbf/index.js',
};

const browserPackages = {
  name: 'packages for browsers',
  resolveId(id, importer) {
    if (BROWSER_MODULES[id] !== undefined) return packageFile(BROWSER_MODULES[id]);
    // rxjs leaves out the endings of its files.
    return importer?.startsWith(packageFile('rxjs/'))
      ? fileURLToPath(new URL(`${id}.js`, pathToFileURL(importer)))
      : null;
  },
};

/**
 * AssemblyScript's loader makes a TextDecoder for utf-16le when it is imported. Engines without one (Hermes, jsdom in Jest)
 * could not import layertap. The kernels exchange no strings, and without the decoder the loader decodes them itself.
 */
const loaderWithoutDecoder = {
  name: 'loader without a decoder',
  transform(code, id) {
    if (!id.includes('@assemblyscript/loader')) return null;
    const decoder = /new TextDecoder\("utf-16le".*?\)/;
    if (!decoder.test(code)) throw new Error('rollup.config.mjs: the decoder of @assemblyscript/loader was not found');
    return { code: code.replace(decoder, 'undefined'), map: null };
  },
};

/**
 * Chunks of their own: bundlers drop unused files, but inside a file they keep what a class does at its definition, and a
 * program without these classes need not have them.
 */
const APART = {
  edits: /\/src\/hooks\/(edits|apply-edit)\./,
  select: /\/src\/hooks\/(select|glob)\./,
  containers:
    /\/src\/nn\/(clone|execution-plan|fused-segment|identity|inside-tensor|module-array|module-dict|module-list|relu|sequential)\./,
};

/**
 * Modules of the viewer with chunks of their own, as entries have: a program that imports `mountActivation` alone gets
 * nothing else. Where a bundler follows imports file by file, as esbuild does, a file that a later part needs is kept
 * wherever it is imported: hence the shell, which later parts import from, apart from what `viewer.js` imports.
 */
const viewerChunks = {
  name: 'chunks of the viewer',
  buildStart() {
    for (const id of ['viewer/mount.ts', 'viewer/activation/mount.ts', 'viewer/ui/shell.tsx']) {
      this.emitFile({ type: 'chunk', id, preserveSignature: 'allow-extension' });
    }
  },
};

/** A style sheet as the text that a module exports. */
const styles = {
  name: 'style sheets',
  async transform(code, id) {
    if (!id.endsWith('.css')) return null;
    const { code: text } = await transform(code, { loader: 'css', minify: true });
    return { code: `export default ${JSON.stringify(text)};`, map: null };
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

/** Licences too long for a banner. */
const licences = {
  name: 'licences',
  generateBundle(_options, bundle) {
    const modules = Object.values(bundle).flatMap(({ moduleIds }) => moduleIds ?? []);
    this.emitFile({ type: 'asset', fileName: 'licences.txt', source: textsOf(packagesOf(modules)) });
  },
};

const shared = {
  // As "sideEffects" in package.json: unused modules are dropped.
  treeshake: { moduleSideEffects: false },
  onwarn(warning) {
    throw new Error(warning.message);
  },
};

const banner = ({ moduleIds }) => noticesOf(packagesOf(moduleIds));

const browser = {
  ...shared,
  external: (id) => id.startsWith('node:'),
  plugins: [
    browserPackages,
    builtIn,
    styles,
    loaderWithoutDecoder,
    esbuild({ target: 'es2022', tsconfig: 'tsconfig.json', minify: true, legalComments: 'inline' }),
  ],
};

/** Its inputs are the entries of package.json; tests read them. */
export const library = {
  ...shared,
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
    chunkFileNames: 'shared/[name]-[hash].js',
    hoistTransitiveImports: false,
    // A chunk for each folder, but for APART.
    manualChunks: (id) => {
      if (id.includes('@assemblyscript/loader')) return 'kernels';
      const apart = Object.keys(APART).find((name) => APART[name].test(id));
      if (apart !== undefined) return apart;
      return /\/src\/(check|hooks|kernels|nn|protobuf)\//.exec(id)?.[1];
    },
    banner,
  },
  external: (id) => id.startsWith('node:') || packages.some((name) => id === name || id.startsWith(`${name}/`)),
  plugins: [
    builtIn,
    viewerChunks,
    styles,
    loaderWithoutDecoder,
    esbuild({ target: 'es2022', tsconfig: 'tsconfig.json' }),
    licences,
    recorder,
  ],
};

/**
 * layertap.global.js that is loaded again gives what the first one made, so that a page has one copy. Another version replaces the
 * first, and warns as every second copy does.
 */
const LOADED = `Symbol.for('layertap.global')`;
const onceInPage = {
  intro: `
const loaded = globalThis.layertap;
if (loaded?.[${LOADED}] === '${version}') {
  console.warn('layertap: layertap.global.js has been loaded twice; the first one stays');
  return loaded;
}`,
  outro: `exports[${LOADED}] = '${version}';`,
};

/** The script of the command's page, and parts that are loaded when they are first shown; they import from that script. */
const page = {
  ...browser,
  preserveEntrySignatures: 'allow-extension',
  plugins: [...browser.plugins, licences],
};

/** What the first picture does not need. */
const LATER =
  /\/viewer\/(export|cards\/(curves-plot|image-card|overlay|ridge|slider-card|svg-painter|text-card)|ui\/(help-dialog|run-table))\./;

/** Shown where there are histograms. */
const OVERVIEW = /\/viewer\/(overview\/|ui\/overview-frame\.)/;

/** A report shows no single outputs, which are read from a server. */
const withoutActivations = {
  name: 'without activations',
  resolveDynamicImport: (id) =>
    id.includes('activation') || id.includes('recordings') ? { id, external: true } : null,
};

/** The licences of what the page's server sends are in licences.txt beside it. */
const shortBanner = ({ moduleIds }) => {
  const names = packagesOf(moduleIds).map(({ name, version, license }) => `${name} ${version} (${license})`);
  return names.length === 0 ? '' : `/*! ${names.join(', ')}; see licences.txt */`;
};

/** Inside a page these would begin and end elements. In strings and regular expressions they mean the same as before. */
const withoutTags = {
  name: 'without tags',
  renderChunk: (code) => ({
    code: code.replaceAll('<!--', '<\\x21--').replace(/<\/(?=script)/gi, '<\\/'),
    map: null,
  }),
};

export default [
  library,
  {
    ...page,
    input: { viewer: 'viewer/page/viewer.ts' },
    output: {
      dir: 'dist/page',
      format: 'es',
      manualChunks: (id) => (LATER.test(id) ? 'later' : OVERVIEW.test(id) ? 'overview' : undefined),
      onlyExplicitManualChunks: true,
      chunkFileNames: '[name].js',
      banner: shortBanner,
    },
  },
  // The page's worker. What the two share is in both: the worker starts without a third file.
  { ...page, input: { reader: 'viewer/page/reader.ts' }, output: { dir: 'dist/page', format: 'es', banner } },
  {
    ...page,
    plugins: [withoutActivations, ...page.plugins, withoutTags],
    input: 'viewer/page/report.ts',
    output: { file: 'dist/page/report.js', format: 'es', inlineDynamicImports: true, banner },
  },
  {
    ...browser,
    input: { layertap: 'browser/layertap.ts', viewer: 'viewer/index.ts' },
    // So that viewer.js imports the hooks and kernels of layertap.js, which then exports more than its entry does.
    preserveEntrySignatures: 'allow-extension',
    output: {
      dir: 'dist/browser',
      format: 'es',
      manualChunks: (id) =>
        /\/(browser|src\/(adapter|check|hooks|index|kernels|nn)|node_modules\/(rxjs|tslib|@assemblyscript))\b/.test(id)
          ? 'layertap'
          : LATER.test(id)
            ? 'later'
            : OVERVIEW.test(id)
              ? 'overview'
              : undefined,
      onlyExplicitManualChunks: true,
      chunkFileNames: '[name].js',
      banner,
    },
  },
  { ...browser, input: { hooks: 'browser/hooks.ts' }, output: { dir: 'dist/browser', format: 'es', banner } },
  {
    ...browser,
    input: { 'layertap.global': 'browser/global.ts' },
    // It contains what the other three do.
    plugins: [...browser.plugins, licences],
    output: {
      dir: 'dist/browser',
      format: 'iife',
      name: 'layertap',
      inlineDynamicImports: true,
      banner,
      ...onceInPage,
    },
  },
];
