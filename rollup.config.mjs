// One ES module per public entry, and the command. What two entries share becomes one chunk, so that there is one
// process-wide hook registry however many entries a program imports.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import esbuild from 'rollup-plugin-esbuild';
import { noticesOf, packagesOf } from './scripts/notices.mjs';

const { dependencies, peerDependencies } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));
const packages = Object.keys({ ...dependencies, ...peerDependencies });

/** Finds packages that are built in: all are ES modules, and rollup itself knows paths alone. */
const builtIn = {
  name: 'built-in packages',
  resolveId(id, importer) {
    if (importer === undefined || /^[./\0]|^node:/.test(id)) return null;
    const found = createRequire(importer).resolve(id);
    const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(found)[0];
    const { module } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return module === undefined ? found : join(folder, module);
  },
};

export default {
  input: {
    index: 'src/index.ts',
    'adapters/tfjs': 'adapters/tfjs/index.ts',
    command: 'src/command/main.ts',
    safetensors: 'src/safetensors/index.ts',
    tensorboard: 'src/tensorboard/index.ts',
    testing: 'src/testing.ts',
    viewer: 'src/viewer/index.ts',
    'viewer/logs': 'src/viewer/logs.ts',
  },
  output: {
    dir: 'dist',
    format: 'es',
    sourcemap: true,
    chunkFileNames: 'shared/[name]-[hash].js',
    hoistTransitiveImports: false,
    banner: ({ moduleIds }) => noticesOf(packagesOf(moduleIds)),
  },
  // As package.json says of the whole: a module from which nothing is used is left out.
  treeshake: { moduleSideEffects: false },
  external: (id) => id.startsWith('node:') || packages.some((name) => id === name || id.startsWith(`${name}/`)),
  plugins: [builtIn, esbuild({ target: 'es2022', tsconfig: 'tsconfig.json' })],
  onwarn(warning) {
    throw new Error(warning.message);
  },
};
