import * as ort from 'onnxruntime-web';
import { openOnnxRuntime } from './onnxruntime.mjs';

/** @param files where a page finds the .wasm files; Node finds them itself */
export function openOnnxRuntimeWeb({ threads = 1, files } = {}) {
  ort.env.wasm.numThreads = threads;
  if (files !== undefined) ort.env.wasm.wasmPaths = files;
  return openOnnxRuntime('onnxruntime-web', ort.env.versions.web, ort, { executionProviders: ['wasm'] });
}
