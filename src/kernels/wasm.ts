/** @file The SIMD kernels. Only numbers and pointers cross the border to WebAssembly. */
import type { BinaryName } from './binary.ts';
import { BLOCK_FLOATS, blockOf, isFloat32Values, pointerTo } from './blocks.ts';
import type { WasmInstance } from './instance.ts';
import type { Kernels } from './kernels.ts';
import { reference } from './reference.ts';
import { WasmFusedLayers, WasmLinear } from './wasm-linear.ts';
import { WasmStatistics } from './wasm-statistics.ts';

/** Up to this length plain JavaScript is faster than copying in and out. */
const FEW = 64;

export interface WasmKernels extends Kernels {
  readonly instance: WasmInstance;
}

export function wasmKernels(name: BinaryName, instance: WasmInstance): WasmKernels {
  const statistics = new WasmStatistics(instance);
  return {
    name,
    pack: (weight, outFeatures, inFeatures) => new WasmLinear(instance, weight, outFeatures, inFeatures),
    fuse: (layers) => new WasmFusedLayers(instance, layers),
    relu: (input) => (input.length <= FEW ? reference.relu(input) : relu(instance, input)),
    // A float32 kernel would round float64 values.
    summarize: (values) => (isFloat32Values(values) ? statistics : reference).summarize(values as Float32Array),
    histogram: (values, edges) =>
      (isFloat32Values(values) ? statistics : reference).histogram(values as Float32Array, edges),
    distribution: (values, edges) =>
      (isFloat32Values(values) ? statistics : reference).distribution(values as Float32Array, edges),
    instance,
  };
}

function relu({ exports, memory }: WasmInstance, input: Float32Array): Float32Array {
  const { length } = input;
  const output = new Float32Array(length);
  const inside = pointerTo(input, memory);
  const block = memory.arena(Math.min(length, BLOCK_FLOATS) * 4);
  for (let start = 0; start < length; start += BLOCK_FLOATS) {
    const count = Math.min(length - start, BLOCK_FLOATS);
    const floats = memory.floats;
    if (inside === undefined) floats.set(blockOf(input, start), block >>> 2);
    exports.relu(inside === undefined ? block : inside + start * 4, block, count);
    output.set(floats.subarray(block >>> 2, (block >>> 2) + count), start);
  }
  return output;
}
