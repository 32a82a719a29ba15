import type { WasmMemory } from './wasm-memory.ts';

export interface Crc32cBinary {
  foldCrc32c(from: number, to: number): void;
}

/** How far behind itself a byte is folded: see assembly/crc32c.ts. */
const REACH = 1302;

const BLOCK_BYTES = 256 << 10;

/** The bytes pass the scratch arena in blocks: | what is left of the blocks before | block | */
export function wasmFoldCrc32c(binary: Crc32cBinary, memory: WasmMemory): (bytes: Uint8Array) => Uint8Array {
  return (bytes) => {
    const room = REACH + 16 + Math.min(bytes.length, BLOCK_BYTES);
    const arena = memory.arena(room);
    const view = new Uint8Array(memory.floats.buffer, arena, room);
    let left = 0;
    for (let start = 0; start < bytes.length; start += BLOCK_BYTES) {
      const block = bytes.length <= BLOCK_BYTES ? bytes : bytes.subarray(start, start + BLOCK_BYTES);
      view.set(block, left);
      if (start === 0) for (let i = 0; i < 4; i++) view[i]! ^= 0xff;
      const length = left + block.length;
      const folded = length < REACH ? 0 : (length - REACH) & ~15;
      binary.foldCrc32c(arena, arena + folded);
      if (start + BLOCK_BYTES >= bytes.length) return view.slice(folded, length);
      view.copyWithin(0, folded, length);
      left = length - folded;
    }
    return new Uint8Array(0);
  };
}
