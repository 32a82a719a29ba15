// Runs in a Web Worker in Chromium, as bundled by run.mjs: one section, its rows posted one by one.
import { openOurs } from '../ours.mjs';
import { openPeak } from '../peak/open.mjs';
import { openJax } from '../rivals/jax.mjs';
import { openLayertap } from '../rivals/layertap.mjs';
import { openOnnxRuntimeWeb } from '../rivals/onnxruntime-web.mjs';
import { openTfjs } from '../rivals/tfjs.mjs';
import { SECTIONS } from '../sections/index.mjs';

/** The copies that run.mjs makes of dist/, by the names that it gives them. */
const COPIES = {
  relaxed: () => import('layertap-relaxed'),
  simd: () => import('layertap-simd'),
  javascript: () => import('layertap-javascript'),
};

const bytesOf = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());

async function run({ section, sizes, settings, versions }) {
  const ours = await openOurs((kernels) => COPIES[kernels](), await bytesOf('/wasm/relaxed.wasm'));
  const rivals = [
    await openTfjs({ backend: 'wasm', files: '/tfjs/' }),
    await openTfjs({ backend: 'cpu' }),
    openOnnxRuntimeWeb({ files: '/onnxruntime/' }),
    await openJax({ version: versions.jax }),
  ];
  postMessage({ versions: Object.fromEntries(rivals.map(({ name, version }) => [name, version])) });
  const peak = openPeak({
    simd: await bytesOf('/wasm/bench/peak-simd.wasm'),
    relaxed: await bytesOf('/wasm/bench/peak-relaxed.wasm'),
  });
  const bench = { ours: ours.map(openLayertap), rivals, peak, sizes, settings };
  for await (const row of SECTIONS[section].rows(bench)) postMessage({ row });
}

addEventListener('message', ({ data }) => {
  run(data).then(
    () => postMessage({ done: true }),
    (error) => postMessage({ error: error.stack }),
  );
});
