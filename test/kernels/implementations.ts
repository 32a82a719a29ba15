// Every implementation of the kernels: both binaries and the JavaScript twin.
import { type BinaryName, binaryBytes, instanceOf } from '../../src/kernels/binary.ts';
import type { Kernels } from '../../src/kernels/kernels.ts';
import { Machine } from '../../src/kernels/machine.ts';
import { reference } from '../../src/kernels/reference.ts';
import { wasmKernels } from '../../src/kernels/wasm.ts';
import type { ChecksumFolder } from '../../src/kernels/wasm-crc32c.ts';

interface BinaryKernels {
  readonly kernels: Kernels & ChecksumFolder;
  /** A copy of the values in the WebAssembly memory of these kernels. */
  inside(values: Float32Array): Float32Array;
}

function load(name: BinaryName): BinaryKernels {
  const machine = new Machine(instanceOf(binaryBytes(name)));
  return {
    kernels: wasmKernels(name, machine),
    inside(values) {
      const pointer = machine.memory.allocate(values.length * 4);
      const copy = new Float32Array(machine.binary.memory.buffer, pointer, values.length);
      copy.set(values);
      return copy;
    },
  };
}

export const BINARIES: readonly BinaryKernels[] = [load('simd'), load('relaxed')];

export const IMPLEMENTATIONS: readonly Kernels[] = [...BINARIES.map(({ kernels }) => kernels), reference];
