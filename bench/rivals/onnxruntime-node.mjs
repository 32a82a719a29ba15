import ort from 'onnxruntime-node';
import { openOnnxRuntime } from './onnxruntime.mjs';

/** Native code, 256-bit vectors: no rival in WebAssembly, but what the machine can do. */
export function openOnnxRuntimeNode({ threads = 1 } = {}) {
  const options = { executionProviders: ['cpu'], intraOpNumThreads: threads, interOpNumThreads: 1 };
  return openOnnxRuntime('onnxruntime-node', ort.env.versions.node, ort, options);
}
