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

await runInPages({
  title: 'transformers.js',
  folder: 'test/adapters/transformers',
  inNodeOnly: ['memory.test.ts'],
  served: [
    'node_modules/@huggingface/transformers',
    'node_modules/onnxruntime-common',
    'node_modules/onnxruntime-web',
    'test/fixtures',
  ],
  pages: [{ name: 'wasm', head: `<script type="importmap">${JSON.stringify({ imports })}</script>` }],
  bundle: { external: ['@huggingface/transformers', 'onnxruntime-node'], plugins: [fixturesOfPages] },
  flags: [],
});
