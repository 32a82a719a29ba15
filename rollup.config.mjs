// One ES module per public entry. What two entries share becomes one chunk, so that there is one process-wide
// hook registry however many entries a program imports.
import { readFileSync } from 'node:fs';
import esbuild from 'rollup-plugin-esbuild';

const { dependencies, peerDependencies } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));
const packages = Object.keys({ ...dependencies, ...peerDependencies });

export default {
  input: {
    index: 'src/index.ts',
    'adapters/tfjs': 'adapters/tfjs/index.ts',
    safetensors: 'src/safetensors/index.ts',
    tensorboard: 'src/tensorboard/index.ts',
    testing: 'src/testing.ts',
  },
  output: {
    dir: 'dist',
    format: 'es',
    sourcemap: true,
    chunkFileNames: 'shared/[name]-[hash].js',
    hoistTransitiveImports: false,
  },
  // As package.json says of the whole: a module from which nothing is used is left out.
  treeshake: { moduleSideEffects: false },
  external: (id) => packages.some((name) => id === name || id.startsWith(`${name}/`)),
  plugins: [esbuild({ target: 'es2022', tsconfig: 'tsconfig.json' })],
  onwarn(warning) {
    throw new Error(warning.message);
  },
};
