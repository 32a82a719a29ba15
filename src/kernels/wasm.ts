/** @file The SIMD kernels. Only numbers and pointers cross the border to WebAssembly. */
import type { BinaryName } from './binary.ts';
import type { Kernels } from './kernels.ts';
import type { Machine } from './machine.ts';
import { reference } from './reference.ts';
import { WasmChain, WasmLinear } from './wasm-linear.ts';
import { roundUp } from './wasm-memory.ts';

/** Longer arrays pass the arena in blocks. */
const BLOCK_FLOATS = 1 << 21;

/** Up to so many values plain JavaScript is faster than copying them in and out. */
const FEW = 64;

export function wasmKernels(name: BinaryName, machine: Machine): Kernels {
  const { binary, memory } = machine;

  function relu(input: Float32Array): Float32Array {
    if (input.length <= FEW) return reference.relu(input);
    const output = new Float32Array(input.length);
    for (let start = 0; start < input.length; start += BLOCK_FLOATS) {
      const count = Math.min(BLOCK_FLOATS, input.length - start);
      const bytes = roundUp(count * 4);
      const from = memory.arena(bytes * 2);
      memory.floats.set(count === input.length ? input : input.subarray(start, start + count), from >>> 2);
      binary.relu(from, from + bytes, count);
      output.set(memory.floats.subarray((from + bytes) >>> 2, ((from + bytes) >>> 2) + count), start);
    }
    return output;
  }

  return {
    name,
    pack: (weight, bias, outFeatures, inFeatures) => new WasmLinear(memory, weight, bias, outFeatures, inFeatures),
    chain: (layers) => new WasmChain(machine, layers),
    relu,
    summarize: reference.summarize,
    histogram: reference.histogram,
  };
}
