// LiteRT.js on its WebAssembly CPU path (XNNPACK). It loads its runtime as a classic script, through `importScripts`.
// Timed: an array becomes a tensor, model.run, the output read back, both tensors deleted. Weights stay in the model.
import { loadAndCompile, loadLiteRt, Tensor } from '@litertjs/core';
import { linearModel, reluModel } from './tflite-model.mjs';

/**
 * @param version of the package, which does not export it
 * @param files where the .js and .wasm files are: a URL in a browser, a folder in Node
 * @param runScript runs a classic script by its URL or path; module workers have no `importScripts` that works
 */
export async function openLiteRt({ version, threads = 1, files, runScript }) {
  if (threads > 1 && globalThis.process !== undefined) throw new Error('its threads start in browsers only');
  const { importScripts } = globalThis;
  const { warn, error } = console;
  // Node has no self.
  globalThis.self ??= globalThis;
  globalThis.importScripts = runScript;
  // Found beside the script, which for workers is this bundle; and no messages about the GPU that it does not find.
  globalThis.Module = {
    locateFile: (file) => files + file,
    mainScriptUrlOrBlob: `${files}litert_wasm_threaded_internal.js`,
    printErr() {},
  };
  Object.assign(console, { warn() {}, error() {} });
  try {
    await loadLiteRt(files, { threads: threads > 1 });
  } finally {
    globalThis.importScripts = importScripts;
    Object.assign(console, { warn, error });
  }
  const name = 'litert.js';

  async function candidate(bytes, values, shape) {
    const model = await loadAndCompile(bytes, { accelerator: 'wasm', cpuOptions: { numThreads: threads } });
    return {
      name,
      async run() {
        const input = new Tensor(values, shape);
        const [output] = await model.run(input);
        const result = output.toTypedArray();
        input.delete();
        output.delete();
        return result;
      },
      dispose: () => model.delete(),
    };
  }
  const network = ({ rows, layers, input }) => candidate(linearModel(rows, layers), input, [rows, layers[0].depth]);
  return {
    name,
    version,
    network,
    linear: (layer) => network({ ...layer, layers: [{ ...layer, relu: true }] }),
    relu: (values) => candidate(reluModel(values.length), values, [values.length]),
  };
}
