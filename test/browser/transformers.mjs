// The tests of the adapter for transformers.js in Chromium: its build for browsers, with onnxruntime-web on wasm.
//
//   apt-get install chromium && npm run build && node test/browser/transformers.mjs [text in the names of the files]
import { fixturesOfPages, runInPages } from './uvu-pages.mjs';

// transformers.js and the tests use the same copy of the runtime.
const runtime = '/node_modules/onnxruntime-web/dist/ort.webgpu.bundle.min.mjs';
const imports = {
  '@huggingface/transformers': '/node_modules/@huggingface/transformers/dist/transformers.web.js',
  'onnxruntime-common': '/node_modules/onnxruntime-common/dist/esm/index.js',
  'onnxruntime-node': runtime,
  'onnxruntime-web/webgpu': runtime,
};

const head = `<script type="importmap">${JSON.stringify({ imports })}</script>`;
const options = {
  title: 'transformers.js',
  folder: 'test/adapters/transformers',
  inNodeOnly: ['memory.test.ts'],
  served: [
    'node_modules/@huggingface/transformers',
    'node_modules/onnxruntime-common',
    'node_modules/onnxruntime-web',
    'test/fixtures',
  ],
  bundle: { external: ['@huggingface/transformers', 'onnxruntime-node'], plugins: [fixturesOfPages] },
};
await runInPages({ ...options, pages: [{ name: 'wasm', head }], flags: [] });
// As Firefox and Safari have stack traces.
const only = ['bad-input.test.ts'];
const page = '<script>globalThis.transformersTestPage = { asyncStacks: false }</script>';
await runInPages({
  ...options,
  title: 'transformers.js without asynchronous stack traces',
  pages: [{ name: 'wasm', head: `${page}${head}`, only }],
  flags: ['--js-flags=--no-async-stack-traces'],
});
