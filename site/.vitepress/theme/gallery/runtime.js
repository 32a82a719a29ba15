// What the gallery loads from /runtime, when it needs it.
import { withBase } from 'vitepress';

const address = (name) => new URL(withBase(`/runtime/${name}`), location.href).href;

/** A module of /runtime. */
export const loadModule = (name) => import(/* @vite-ignore */ address(name));

/** The bytes of a file of /runtime. */
export async function loadBytes(name) {
  const response = await fetch(address(name));
  if (!response.ok) throw new Error(`${name} could not be loaded: ${response.status} ${response.statusText}`);
  return await response.arrayBuffer();
}

export const loadJson = async (name) => JSON.parse(new TextDecoder().decode(await loadBytes(name)));

/** TensorFlow.js on the processor, which is faster than a graphics card for networks as small as the gallery's. */
export async function loadTensorFlow() {
  const tf = await loadModule('tfjs.js');
  await tf.setBackend('cpu');
  return tf;
}

/**
 * ONNX Runtime, with its WebAssembly from this site. It is fetched here: the runtime does not try again. Pages have threads only
 * with headers that no static host sends.
 */
export async function loadOnnxRuntime() {
  const ort = await loadModule('ort.js');
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmBinary ??= await loadBytes('ort-wasm-simd-threaded.wasm');
  return ort;
}
