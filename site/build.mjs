// Builds the site into build/site, or serves it while it is written:
//
//   npm run docs            builds it
//   npm run docs -- --dev   serves it, and follows changes of the pages
//
// The pages are docs/*.md, those of the gallery, and the API from the doc comments; the runtime is what blocks and the gallery
// import when they run in a page.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { readSafetensors, writeSafetensors } from '../dist/safetensors.js';

const site = fileURLToPath(new URL('.', import.meta.url));
const root = join(site, '..');
const pages = join(site, 'pages');
const runtime = join(pages, 'public/runtime');
/** The gallery's models, each with a page. */
const MODELS = ['digits', 'feature-maps', 'encoder', 'writer'];
const isDev = process.argv.includes('--dev');

rmSync(pages, { recursive: true, force: true });
mkdirSync(runtime, { recursive: true });
writePages();
await buildRuntime();
writeDigits();
writeGallery();
const run = (command, ...inputs) =>
  execFileSync(join(site, 'node_modules/.bin', command), inputs, { cwd: site, stdio: 'inherit' });
run('typedoc');
run('vitepress', isDev ? 'dev' : 'build', '.', ...(isDev ? [] : ['--outDir', join(root, 'build/site')]));

function writePages() {
  const folders = { '.': join(root, 'docs'), guides: join(root, 'docs/guides'), gallery: join(site, 'gallery') };
  for (const [to, folder] of Object.entries(folders)) {
    mkdirSync(join(pages, to), { recursive: true });
    for (const name of readdirSync(folder).filter((name) => name.endsWith('.md'))) {
      writeFileSync(join(pages, to, name), asPage(readFileSync(join(folder, name), 'utf8'), folder));
    }
  }
  cpSync(join(root, 'docs/images'), join(pages, 'images'), { recursive: true });
  cpSync(join(site, 'index.md'), join(pages, 'index.md'));
}

/** Links to files that are not on the site become their paths. */
function asPage(text, folder) {
  return text.replace(/\[([^\]]*)\]\((\.\.\/[^)#]*)[^)]*\)/g, (link, words, path) => {
    const file = relative(root, join(folder, path));
    if (/^docs\/.*\.md$/.test(file)) return link;
    if (/^site\/gallery\/.*\.md$/.test(file)) return `[${words}](/${file.slice('site/'.length, -'.md'.length)})`;
    return words.includes(basename(file)) ? `\`${file}\`` : `${words} (\`${file}\`)`;
  });
}

/** Entries of the package as files that share chunks, by the names that run-block.js gives them. */
async function buildRuntime() {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const entries = ['.', './adapter', './inspect', './safetensors', './tensorboard', './viewer'];
  const entryPoints = {
    ...Object.fromEntries(
      entries.map((entry) => [`layertap${entry.slice(1).replaceAll('/', '-')}`, join(root, exports[entry].default)]),
    ),
    rxjs: 'rxjs',
    worker: join(site, 'runtime/worker.ts'),
    digits: join(site, 'runtime/digits.ts'),
    names: join(root, 'test/docs/cast.ts'),
    // The gallery: what draws, its models, and the frameworks that they are loaded with.
    pad: join(root, 'examples/browser/pad.js'),
    'to-pixels': join(root, 'examples/browser/to-pixels.js'),
    ...Object.fromEntries(MODELS.map((name) => [`gallery-${name}`, join(root, `examples/gallery/${name}.ts`)])),
    tfjs: '@tensorflow/tfjs',
    ort: 'onnxruntime-web/wasm',
  };
  await build({
    entryPoints,
    outdir: runtime,
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    minify: true,
    // Prints name the classes of users' networks.
    keepNames: true,
    format: 'esm',
    target: 'es2022',
    external: ['node:*'],
    // The built package, under its own names.
    alias: Object.fromEntries(
      Object.entries(exports).flatMap(([entry, { default: file }]) =>
        file === undefined ? [] : [[`layertap${entry.slice(1)}`, join(root, file)]],
      ),
    ),
    chunkNames: 'chunk-[hash]',
    logLevel: 'error',
  });
}

/** The weights of the first page's network, and two of each digit. */
function writeDigits() {
  const data = join(root, 'examples/digits/data');
  cpSync(join(data, 'weights.safetensors'), join(runtime, 'digits-weights.safetensors'));
  const test = readSafetensors(readFileSync(join(data, 'test.safetensors')));
  const [images, labels] = [test.get('images').data, [...test.get('labels').data]];
  const chosen = Array.from({ length: 20 }, (_, i) => {
    const ofDigit = labels.flatMap((label, at) => (label === i % 10 ? [at] : []));
    return ofDigit[Math.floor(i / 10)];
  });
  const samples = new Map([
    [
      'images',
      { shape: [20, 64], data: Float32Array.from(chosen.flatMap((at) => [...images.slice(64 * at, 64 * at + 64)])) },
    ],
    ['labels', { shape: [20], data: Float32Array.from(chosen, (at) => labels[at]) }],
  ]);
  writeFileSync(join(runtime, 'digits-samples.safetensors'), writeSafetensors(samples));
}

/** What the gallery's pages load on a click: the models, and ONNX Runtime's WebAssembly. */
function writeGallery() {
  cpSync(join(root, 'examples/gallery/models'), join(runtime, 'models'), { recursive: true });
  const wasm = 'ort-wasm-simd-threaded.wasm';
  cpSync(join(root, 'node_modules/onnxruntime-web/dist', wasm), join(runtime, wasm));
}
