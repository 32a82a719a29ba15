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
import { readSafetensors, writeSafetensors } from '../dist/safetensors.js';
import { buildRuntime } from './build-runtime.mjs';

const site = fileURLToPath(new URL('.', import.meta.url));
const root = join(site, '..');
const pages = join(site, 'pages');
const runtime = join(pages, 'public/runtime');
const isDev = process.argv.includes('--dev');

rmSync(pages, { recursive: true, force: true });
mkdirSync(runtime, { recursive: true });
writePages();
mkdirSync(join(runtime, 'sandbox'), { recursive: true });
writeDigits(join(runtime, 'sandbox'));
await buildRuntime(runtime);
cpSync(join(root, 'examples/gallery/models'), join(runtime, 'models'), { recursive: true });
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

/** The weights of the first page's network, and two of each digit. */
function writeDigits(folder) {
  const data = join(root, 'examples/digits/data');
  cpSync(join(data, 'weights.safetensors'), join(folder, 'digits-weights.safetensors'));
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
  writeFileSync(join(folder, 'digits-samples.safetensors'), writeSafetensors(samples));
}
