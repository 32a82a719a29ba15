// The tests of the tfjs adapter in Chromium, on the wasm, cpu and webgl backends. webgl runs on software here.
//
//   apt-get install chromium && npm run build && node test/browser/tfjs.mjs [text in the names of the files]
import { runInPages } from './uvu-pages.mjs';

const wasmPath = '/node_modules/@tensorflow/tfjs-backend-wasm/dist/';

await runInPages({
  title: 'tfjs',
  folder: 'test/adapters/tfjs',
  // It reads files and other builds of tfjs, as only Node can.
  inNodeOnly: ['packagings.test.ts'],
  served: ['node_modules/@tensorflow', 'node_modules/@upscalerjs', 'node_modules/@vladmandic'],
  pages: ['wasm', 'cpu', 'webgl'].map((name) => ({
    name,
    head: `<script>globalThis.tfjsTestPage = ${JSON.stringify({ backends: [name], wasmPath })}</script>`,
  })),
  flags: [
    '--use-gl=angle',
    '--use-angle=swiftshader',
    '--enable-unsafe-swiftshader',
    // For the tests that look at the heap.
    '--js-flags=--expose-gc',
    '--enable-precise-memory-info',
  ],
});
