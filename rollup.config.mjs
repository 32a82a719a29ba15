// One ES module per public entry, and the command. What two entries share becomes one chunk, so that there is one
// process-wide hook registry however many entries a program imports.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import esbuild from 'rollup-plugin-esbuild';
import { noticesOf, packagesOf, textsOf } from './scripts/notices.mjs';

const { dependencies, peerDependencies } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));
const packages = Object.keys({ ...dependencies, ...peerDependencies });

/** Finds packages that are built in: all are ES modules, and rollup itself knows paths alone. */
const builtIn = {
  name: 'built-in packages',
  resolveId(id, importer) {
    if (importer === undefined || /^[./\0]|^node:/.test(id)) return null;
    return fileURLToPath(import.meta.resolve(id));
  },
};

/**
 * AssemblyScript's loader makes a TextDecoder for utf-16le when it is imported, for strings, which the kernels have none of.
 * Where an engine has no such decoder (Hermes, jsdom in Jest) importing layertap would throw. Without it the loader decodes
 * by hand, as it does where decoding fails.
 */
const loaderWithoutDecoder = {
  name: 'loader without a decoder',
  transform(code, id) {
    if (!id.includes('@assemblyscript/loader')) return null;
    const decoder = /new TextDecoder\("utf-16le".*?\)/;
    if (!decoder.test(code)) throw new Error('the loader makes its decoder in another way now: see rollup.config.mjs');
    return { code: code.replace(decoder, 'undefined'), map: null };
  },
};

/** The whole licences of what is built in, where they are too long for the beginning of a file. */
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
    command: 'command/main.ts',
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
    // A room, a chunk: a bundler leaves out those from which a program imports nothing. Within one it has to keep what a
    // class does as it is made.
    manualChunks: (id) => {
      if (id.includes('@assemblyscript/loader')) return 'kernels';
      return /\/src\/(check|hooks|kernels|nn|protobuf)\//.exec(id)?.[1];
    },
    banner: ({ moduleIds }) => noticesOf(packagesOf(moduleIds)),
  },
  // As package.json says of the whole: a module from which nothing is used is left out.
  treeshake: { moduleSideEffects: false },
  external: (id) => id.startsWith('node:') || packages.some((name) => id === name || id.startsWith(`${name}/`)),
  plugins: [builtIn, loaderWithoutDecoder, esbuild({ target: 'es2022', tsconfig: 'tsconfig.json' }), licences],
  onwarn(warning) {
    throw new Error(warning.message);
  },
};
