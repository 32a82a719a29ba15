/** @file The SIMD kernels. Only numbers and pointers cross the border to WebAssembly. */
import type { BinaryName } from './binary.ts';
import type { Kernels } from './kernels.ts';
import type { Machine } from './machine.ts';
import { isFloat32Values } from './number-array.ts';
import { reference } from './reference.ts';
import { type ChecksumFolder, wasmFoldCrc32c } from './wasm-crc32c.ts';
import { wasmHistogram } from './wasm-histogram.ts';
import { WasmFusedLayers, WasmLinear } from './wasm-linear.ts';
import { wasmMoments } from './wasm-moments.ts';
import { wasmRelu } from './wasm-relu.ts';
import { wasmSummarize } from './wasm-summarize.ts';

/** Up to so many values plain JavaScript is faster than copying them in and out. */
const FEW = 64;

export function wasmKernels(name: BinaryName, machine: Machine): Kernels & ChecksumFolder {
  const { binary, memory } = machine;
  const relu = wasmRelu(binary, memory);
  const summarize = wasmSummarize(binary, memory);
  const moments = wasmMoments(binary, memory);
  const histogram = wasmHistogram(binary, memory);
  return {
    name,
    pack: (weight, outFeatures, inFeatures) => new WasmLinear(memory, weight, outFeatures, inFeatures),
    fuse: (layers) => new WasmFusedLayers(machine, layers),
    relu: (input) => (input.length <= FEW ? reference.relu(input) : relu(input)),
    // Float64 values have digits that a float32 kernel would lose.
    summarize: (values) => (isFloat32Values(values) ? summarize(values) : reference.summarize(values)),
    moments: (values) => (isFloat32Values(values) ? moments(values) : reference.moments(values)),
    histogram: (values, edges) =>
      isFloat32Values(values) ? histogram(values, edges) : reference.histogram(values, edges),
    foldCrc32c: wasmFoldCrc32c(binary, memory),
  };
}
