// Opens layertap's copies and its rivals, on the number of threads that a section wants, in Node or in a browser.
import { openOurs } from './ours.mjs';
import { openPeak } from './peak/open.mjs';
import { openJax } from './rivals/jax.mjs';
import { openLayertap } from './rivals/layertap.mjs';
import { openOnnxRuntimeWeb } from './rivals/onnxruntime-web.mjs';
import { openTfjs } from './rivals/tfjs.mjs';

/**
 * @param job `{ sizes, settings, versions }`, and the section's `threads`
 * @param engine what differs between Node and a browser: `load` imports a copy of layertap (kernels, threads → module),
 *   `relaxedBinary` and `peakBinaries` are bytes, `files` are the URLs of the rivals' .wasm files, `rivals` exist only in
 *   this engine
 * @returns the candidates' makers, for the rows of a section
 */
export async function openBench(
  { sizes, settings, versions, threads = 1 },
  { load, relaxedBinary, peakBinaries, files, rivals },
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
  const onnxRuntimeWeb = openOnnxRuntimeWeb({ threads, files: files?.onnxruntime });
  const everywhere =
    threads === 1
      ? [
          await openTfjs({ backend: 'wasm', files: files?.tfjs }),
          await openTfjs({ backend: 'cpu' }),
          onnxRuntimeWeb,
          await openJax({ version: versions.jax }),
        ]
      : [onnxRuntimeWeb];
  return { ours, rivals: [...everywhere, ...rivals], peak: openPeak(peakBinaries), sizes, settings };
}

/** The rivals' versions by name. */
export const versionsOf = ({ rivals }) => Object.fromEntries(rivals.map(({ name, version }) => [name, version]));
