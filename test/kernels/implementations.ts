// Every implementation of the kernels: both binaries and the JavaScript twin.
import { instantiateSync } from '@assemblyscript/loader';
import type { Kernels } from '../../src/kernels/kernels.ts';
import { reference } from '../../src/kernels/reference.ts';
import { binaryBytes } from '../../src/kernels/select.ts';
import { type Instance, wasmKernels } from '../../src/kernels/wasm.ts';

const instantiate = (name: 'relaxed' | 'simd') => instantiateSync(binaryBytes(name)) as Instance;

interface BinaryKernels {
  readonly kernels: Kernels;
  /** A copy of the values in the WebAssembly memory of these kernels. */
  inside(values: Float32Array): Float32Array;
}

function load(name: 'relaxed' | 'simd'): BinaryKernels {
  const instance = instantiate(name);
  const { memory, allocate } = instance.instance.exports as unknown as {
    memory: WebAssembly.Memory;
    allocate(bytes: number): number;
  };
  return {
    kernels: wasmKernels(name, instance),
    inside(values) {
      const pointer = allocate(values.length * 4) >>> 0;
      const copy = new Float32Array(memory.buffer, pointer, values.length);
      copy.set(values);
      return copy;
    },
  };
}

export const BINARIES: readonly BinaryKernels[] = [load('simd'), load('relaxed')];

export const IMPLEMENTATIONS: readonly Kernels[] = [...BINARIES.map(({ kernels }) => kernels), reference];
