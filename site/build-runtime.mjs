// What the pages load to show networks and to run blocks, from the built package:
//
//   *.js        modules of the first page, of the viewers under blocks, and of the gallery
//   sandbox/    the files that blocks get; sandbox/files.json lists them
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const runtimeSources = join(root, 'site/runtime');
const packages = join(root, 'node_modules');

/** The built package, under its own names. */
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const alias = Object.fromEntries(
  Object.entries(exports)
    .filter(([, target]) => target.default !== undefined)
    .map(([entry, target]) => [`layertap${entry.slice(1)}`, join(root, target.default)]),
);

/** The gallery's models, each with a page. */
const MODELS = ['digits', 'feature-maps', 'encoder', 'writer'];

const PAGE_MODULES = {
  'layertap-viewer': alias['layertap/viewer'],
  'layertap-safetensors': alias['layertap/safetensors'],
  digits: join(runtimeSources, 'digits.ts'),
  // The gallery: what draws, its models, and the frameworks that they are loaded with.
  pad: join(root, 'examples/browser/pad.js'),
  'to-pixels': join(root, 'examples/browser/to-pixels.js'),
  ...Object.fromEntries(MODELS.map((name) => [`gallery-${name}`, join(root, `examples/gallery/${name}.ts`)])),
  tfjs: '@tensorflow/tfjs',
  ort: 'onnxruntime-web/wasm',
};

const COMMON = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  // Prints name the classes of users' networks.
  keepNames: true,
  format: 'esm',
  target: 'es2022',
  external: ['node:*'],
  alias,
  logLevel: 'error',
};

/** Of ONNX Runtime, for pages and blocks. */
const WASM = 'ort-wasm-simd-threaded.wasm';

/** @param {string} folder where it is written */
export async function buildRuntime(folder) {
  const sandbox = join(folder, 'sandbox');
  mkdirSync(sandbox, { recursive: true });
  await Promise.all([
    build({
      ...COMMON,
      entryPoints: PAGE_MODULES,
      outdir: folder,
      splitting: true,
      chunkNames: 'chunk-[hash]',
    }),
    // One file each: a sandbox has no origin, so its modules have no neighbours.
    build({ ...COMMON, entryPoints: [join(runtimeSources, 'block.ts')], outfile: join(sandbox, 'library.js') }),
    build({ ...COMMON, stdin: exportsOf('@tensorflow/tfjs'), outfile: join(sandbox, 'tfjs.js') }),
    build({
      ...COMMON,
      stdin: exportsOf('@huggingface/transformers'),
      outfile: join(sandbox, 'transformers.js'),
      ...forPages,
    }),
  ]);
  const runtime = join(packages, 'onnxruntime-web/dist');
  copyFileSync(join(runtime, 'ort.wasm.bundle.min.mjs'), join(sandbox, 'onnxruntime.js'));
  copyFileSync(join(runtime, WASM), join(folder, WASM));
  // The files that blocks read in the tests.
  const files = new URL('../test/docs/files.ts', import.meta.url);
  const program = `(await import('${files}')).writeFiles();`;
  const tsx = ['--import', import.meta.resolve('tsx'), '--input-type=module'];
  execFileSync(process.execPath, [...tsx, '--eval', program], { cwd: sandbox, stdio: 'inherit' });
  // The writer of its cast.
  rmSync(join(sandbox, 'runs'), { recursive: true });
  const names = readdirSync(sandbox, { recursive: true }).filter((name) => statSync(join(sandbox, name)).isFile());
  writeFileSync(join(sandbox, 'files.json'), JSON.stringify([...names, `../${WASM}`]));
}

const exportsOf = (name) => ({ contents: `export * from '${name}'`, resolveDir: root });

/** transformers.js as it is for pages, with the runtime that site/runtime/modules.ts has loaded. */
const forPages = {
  conditions: ['browser'],
  platform: 'browser',
  plugins: [
    {
      name: 'onnxruntime',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /^@huggingface\/transformers$/ }, () => ({
          path: join(packages, '@huggingface/transformers/dist/transformers.web.js'),
        }));
        onResolve({ filter: /^onnxruntime-/ }, () => ({ path: 'onnxruntime', namespace: 'loaded' }));
        onLoad({ filter: /./, namespace: 'loaded' }, () => ({ contents: 'module.exports = globalThis.onnxruntime;' }));
      },
    },
  ],
};
