// The tests of the ONNX adapter in Chromium: onnxruntime-web in place of onnxruntime-node, on wasm, and most of them on WebGPU,
// which runs on software here and has no float16.
//
//   apt-get install chromium && npm run build && node test/browser/onnx.mjs [text in the names of the files]
import { fixturesOfPages, runInPages } from './uvu-pages.mjs';

const runtime = (file) =>
  `<script type="importmap">${JSON.stringify({ imports: { 'onnxruntime-node': file } })}</script>`;

await runInPages({
  title: 'onnx',
  folder: 'test/adapters/onnx',
  // Files of a file system, Node's count of memory, and the file that the runtime's profiler writes.
  inNodeOnly: ['paths.test.ts', 'cut-memory.test.ts', 'node-times.test.ts'],
  served: ['node_modules/onnxruntime-web', 'test/fixtures', 'test/browser'],
  pages: [
    { name: 'wasm', head: runtime('/node_modules/onnxruntime-web/dist/ort.wasm.min.mjs') },
    {
      name: 'webgpu',
      head: `<script>globalThis.onnxTestPage = { float16: false }</script>${runtime('/test/browser/ort-webgpu.js')}`,
      // Of the others, edits, edited-graphs and random-edits have values of float16, float64 and other types that WebGPU lacks.
      only: [
        ...['bad-input', 'branches', 'contract', 'control-flow', 'cuts', 'model-contract'],
        ...['pytorch', 'random-graphs', 'runs', 'statistics', 'tree', 'webgpu'],
      ].map((name) => `${name}.test.ts`),
    },
  ],
  bundle: { external: ['onnxruntime-node'], plugins: [fixturesOfPages] },
  flags: [
    '--js-flags=--expose-gc',
    '--enable-unsafe-webgpu',
    '--use-webgpu-adapter=swiftshader',
    '--enable-features=Vulkan',
    '--use-vulkan=swiftshader',
  ],
});
