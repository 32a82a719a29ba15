import type { Binary } from './binary.ts';
import type { ThreadPool } from './thread-pool.ts';
import { WasmMemory } from './wasm-memory.ts';

/** A WebAssembly instance, its memory, and who helps it. */
export class Machine {
  readonly binary: Binary;
  readonly memory: WasmMemory;
  /** While more than one thread computes. */
  pool: ThreadPool | undefined;

  constructor(binary: Binary) {
    this.binary = binary;
    this.memory = new WasmMemory(binary);
  }
}
