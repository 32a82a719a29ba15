import { BLOCK_FLOATS, blockOf, pointerTo } from './stream.ts';
import type { WasmMemory } from './wasm-memory.ts';

export interface ReluBinary {
  relu(input: number, output: number, count: number): void;
}

export function wasmRelu(binary: ReluBinary, memory: WasmMemory): (input: Float32Array) => Float32Array {
  return (input) => {
    const { length } = input;
    const output = new Float32Array(length);
    const inside = pointerTo(input, memory);
    const block = memory.arena(Math.min(length, BLOCK_FLOATS) * 4);
    for (let start = 0; start < length; start += BLOCK_FLOATS) {
      const count = Math.min(length - start, BLOCK_FLOATS);
      const floats = memory.floats;
      if (inside === undefined) floats.set(blockOf(input, start), block >>> 2);
      binary.relu(inside === undefined ? block : inside + start * 4, block, count);
      output.set(floats.subarray(block >>> 2, (block >>> 2) + count), start);
    }
    return output;
  };
}
