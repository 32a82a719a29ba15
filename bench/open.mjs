// What a section needs, anywhere: layertap's copies and its rivals on as many threads as the section wants.
import { openOurs } from './ours.mjs';
import { openPeak } from './peak/open.mjs';
import { openJax } from './rivals/jax.mjs';
import { openLayertap } from './rivals/layertap.mjs';
import { openOnnxRuntimeWeb } from './rivals/onnxruntime-web.mjs';
import { openTfjs } from './rivals/tfjs.mjs';

/**
 * @param job `{ sizes, settings, versions }`, and the section's `threads`
 * @param place what differs between Node and a browser: `load` imports a copy of layertap (kernels, threads → module),
 *   `relaxedBinary` and `peakBinaries` are bytes, `files` says where a page finds the rivals' .wasm files, `rivals` are
 *   those that this place alone has
 * @returns what the rows of a section are made of
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

/** By name. */
export const versionsOf = ({ rivals }) => Object.fromEntries(rivals.map(({ name, version }) => [name, version]));
