// One ES module for each public entry, and the command. Entries share chunks, so a program has one registry of global hooks
// however many of them it imports.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import esbuild from 'rollup-plugin-esbuild';
import { noticesOf, packagesOf, textsOf } from './scripts/notices.mjs';

const { dependencies, peerDependencies } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));
const packages = Object.keys({ ...dependencies, ...peerDependencies });

/** Resolves the packages that are built in, all of them ES modules: rollup alone resolves only paths. */
const builtIn = {
  name: 'built-in packages',
  resolveId(id, importer) {
    if (importer === undefined || /^[./\0]|^node:/.test(id)) return null;
    return fileURLToPath(import.meta.resolve(id));
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
  containers: /\/src\/nn\/(execution-plan|identity|module-array|module-dict|module-list|relu|sequential)\./,
};

/** Licences too long for a banner. */
const licences = {
  name: 'licences',
  generateBundle(_options, bundle) {
    const modules = Object.values(bundle).flatMap(({ moduleIds }) => moduleIds ?? []);
    this.emitFile({ type: 'asset', fileName: 'licences.txt', source: textsOf(packagesOf(modules)) });
  },
};

export default {
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
    banner: ({ moduleIds }) => noticesOf(packagesOf(moduleIds)),
  },
  // As "sideEffects" in package.json: unused modules are dropped.
  treeshake: { moduleSideEffects: false },
  external: (id) => id.startsWith('node:') || packages.some((name) => id === name || id.startsWith(`${name}/`)),
  plugins: [builtIn, loaderWithoutDecoder, esbuild({ target: 'es2022', tsconfig: 'tsconfig.json' }), licences],
  onwarn(warning) {
    throw new Error(warning.message);
  },
};
