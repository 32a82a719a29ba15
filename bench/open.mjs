// Opens layertap's copies and its rivals, on the number of threads that a section wants, in Node or in a browser.
import { openOurs } from './ours.mjs';
import { openPeak } from './peak/open.mjs';
import { openJax } from './rivals/jax.mjs';
import { openLayertap } from './rivals/layertap.mjs';
import { openLiteRt } from './rivals/litert.mjs';
import { openOnnxRuntimeWeb } from './rivals/onnxruntime-web.mjs';
import { openMlMatrix, openStdlib } from './rivals/plain.mjs';
import { openTfjs } from './rivals/tfjs.mjs';

/**
 * @param job `{ sizes, settings, versions }`, and the section's `threads`
 * @param engine what differs between Node and a browser: `load` imports a copy of layertap (kernels, threads → module),
 *   `relaxedBinary` and `peakBinaries` are bytes, `files` are the URLs of the rivals' .wasm files, `runScript` runs a classic
 *   script, `rivals` are functions that open those that exist only in this engine, by name
 * @returns the candidates' makers, for the rows of a section; `absent`: why a rival is not among them, by name
 */
export async function openBench(
  { sizes, settings, versions, threads = 1 },
  { load, relaxedBinary, peakBinaries, files, runScript, rivals: others },
) {
  const open = (options) => openOurs(load, relaxedBinary, options);
  const ours =
    threads === 1
      ? (await open({ kernels: ['relaxed', 'simd', 'javascript'] })).map((copy) => openLayertap(copy))
      : [
          ...(await open({ kernels: ['relaxed', 'simd'], threads })).map((copy) => openLayertap(copy)),
          ...(await open({ kernels: ['relaxed', 'simd'] })).map((copy) =>
            openLayertap(copy, `${copy.kernels}, one thread`),
          ),
        ];
  const inWasm = {
    'onnxruntime-web': () => openOnnxRuntimeWeb({ threads, files: files.onnxruntime }),
    'litert.js': () => openLiteRt({ version: versions.litert, threads, files: files.litert, runScript }),
    'jax-js': () => openJax({ version: versions.jax, threads }),
  };
  const onOneThread = {
    'tfjs wasm': () => openTfjs({ backend: 'wasm', files: files.tfjs }),
    'tfjs cpu': () => openTfjs({ backend: 'cpu' }),
    'ml-matrix': () => openMlMatrix({ version: versions.mlMatrix }),
    '@stdlib sgemm': () => openStdlib({ version: versions.stdlib }),
  };
  const rivals = [];
  const absent = {};
  for (const [name, openRival] of Object.entries({ ...(threads === 1 ? onOneThread : {}), ...inWasm, ...others })) {
    try {
      rivals.push(await openRival());
    } catch (error) {
      absent[name] = String(error.message).split('\n')[0];
    }
  }
  return { ours, rivals, absent, peak: openPeak(peakBinaries), sizes, settings };
}

/** The rivals' versions by name. */
export const versionsOf = ({ rivals }) => Object.fromEntries(rivals.map(({ name, version }) => [name, version]));
