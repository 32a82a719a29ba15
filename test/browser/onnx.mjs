// The tests of the ONNX adapter in Chromium: onnxruntime-web in place of onnxruntime-node, on wasm.
//
//   apt-get install chromium && npm run build && node test/browser/onnx.mjs [text in the names of the files]
import { fixturesOfPages, runInPages } from './uvu-pages.mjs';

const runtime = (file) =>
  `<script type="importmap">${JSON.stringify({ imports: { 'onnxruntime-node': `/node_modules/onnxruntime-web/dist/${file}` } })}</script>`;

await runInPages({
  title: 'onnx',
  folder: 'test/adapters/onnx',
  inNodeOnly: ['paths.test.ts'],
  served: ['node_modules/onnxruntime-web', 'test/fixtures'],
  pages: [{ name: 'wasm', head: runtime('ort.wasm.min.mjs') }],
  bundle: { external: ['onnxruntime-node'], plugins: [fixturesOfPages] },
  flags: ['--js-flags=--expose-gc'],
});
