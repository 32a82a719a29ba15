// The site: guides, reference pages, and the API from the doc comments. It asks no other server for anything.
import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { runnable } from './runnable.mjs';
import { searchBox } from './search-box.mjs';

const guides = [
  ['Look at activations', 'look'],
  ['Find the first difference', 'difference'],
  ['Steer a model', 'steer'],
  ['Capture features', 'features'],
  ['Time the layers', 'time'],
  ['Catch a NaN', 'nan'],
  ['Log a training', 'training'],
  ['Write an adapter', 'adapter'],
].map(([text, name]) => ({ text, link: `/guides/${name}` }));

const pages = [
  ['Coming from PyTorch', 'from-pytorch'],
  ['The contract of a hook', 'hooks'],
  ['The RxJS pipeline', 'rxjs'],
  ['Questions about a model', 'inspect'],
  ['TensorBoard', 'tensorboard'],
  ['The viewer', 'viewer'],
  ['ONNX models', 'onnx'],
  ['transformers.js', 'transformers'],
  ['TensorFlow.js', 'tfjs'],
  ['Adapters', 'adapters'],
  ['Kernels', 'kernels'],
  ['For agents', 'agents'],
  ['Architecture', 'architecture'],
  ['Decisions', 'decisions'],
].map(([text, name]) => ({ text, link: `/${name}` }));

const gallery = [
  ['Overview', ''],
  ['Digits', 'digits'],
  ['Feature maps', 'feature-maps'],
  ['Attention', 'encoder'],
  ['A steered GPT', 'writer'],
].map(([text, name]) => ({ text, link: `/gallery/${name}` }));

/** A line for each entry of the package. */
const api = fileURLToPath(new URL('../pages/api/', import.meta.url));
const entries = (existsSync(api) ? readdirSync(api, { recursive: true }) : [])
  .filter((path) => path.startsWith('layertap') && path.endsWith('index.md'))
  .map((path) => ({ text: dirname(path), link: `/api/${path.replace(/\.md$/, '')}` }))
  .sort((a, b) => a.text.localeCompare(b.text));

export default defineConfig({
  title: 'layertap',
  description: 'PyTorch-style forward hooks for JavaScript',
  srcDir: 'pages',
  // Any subfolder: BASE=/layertap/ npm run docs
  base: process.env.BASE ?? '/',
  head: [
    ['link', { rel: 'icon', href: 'data:,' }],
    // No page asks another server for anything; blocks have a stricter policy of their own.
    [
      'meta',
      {
        'http-equiv': 'Content-Security-Policy',
        content: "default-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' blob: data:",
      },
    ],
  ],
  themeConfig: {
    nav: [
      { text: 'Guides', link: guides[0].link },
      { text: 'Gallery', link: '/gallery/' },
      { text: 'API', link: '/api/' },
    ],
    sidebar: {
      '/gallery/': [{ text: 'Gallery', items: gallery }],
      '/api/': [{ text: 'Entry points', items: entries }],
      '/': [
        { text: 'Guides', items: guides },
        { text: 'Reference', items: pages },
      ],
    },
    outline: [2, 3],
    search: { provider: 'local' },
  },
  vite: { plugins: [searchBox] },
  markdown: {
    // Others have comments with too little contrast.
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config: (markdown) => runnable(markdown),
  },
});
