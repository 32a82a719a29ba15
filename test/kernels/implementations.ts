// Every implementation of the kernels: both binaries and the JavaScript twin.
import { type BinaryName, binaryBytes } from '../../src/kernels/binary.ts';
import { WasmInstance } from '../../src/kernels/instance.ts';
import type { Kernels } from '../../src/kernels/kernels.ts';
import { reference } from '../../src/kernels/reference.ts';
import { type WasmKernels, wasmKernels } from '../../src/kernels/wasm.ts';

interface BinaryKernels {
  readonly kernels: WasmKernels;
  /** Copies values into the WebAssembly memory of these kernels. */
  inside(values: Float32Array): Float32Array;
}

function load(name: BinaryName): BinaryKernels {
  const instance = WasmInstance.make(binaryBytes(name));
  return {
    kernels: wasmKernels(name, instance),
    inside(values) {
      const pointer = instance.memory.allocate(values.length * 4);
      const copy = new Float32Array(instance.exports.memory.buffer, pointer, values.length);
      copy.set(values);
      return copy;
    },
  };
}

export const BINARIES: readonly BinaryKernels[] = [load('simd'), load('relaxed')];

export const IMPLEMENTATIONS: readonly Kernels[] = [...BINARIES.map(({ kernels }) => kernels), reference];
