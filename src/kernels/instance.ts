/** @file Instances of the binaries. */
import { instantiate, instantiateSync } from '@assemblyscript/loader';
import type { ThreadPool } from './thread-pool.ts';
import { TileChoice } from './tile-choice.ts';
import type { WasmExports } from './wasm-exports.ts';
import { WasmMemory } from './wasm-memory.ts';

/** As in asconfig.json: 4 GiB, all that 32 bits can address. */
export const MOST_PAGES = 65536;

/** A WebAssembly instance, its memory, threads and tile. */
export class WasmInstance {
  readonly exports: WasmExports;
  readonly memory: WasmMemory;
  /** Set while more than one thread computes. */
  pool: ThreadPool | undefined;
  /** Replaced in tests. */
  tiles: TileChoice = new TileChoice();

  constructor(exports: WasmExports) {
    this.exports = exports;
    this.memory = new WasmMemory(exports.memory);
  }

  /** Compiles and instantiates, blocking. @throws where the engine refuses */
  static make(
    source: Uint8Array<ArrayBuffer> | WebAssembly.Module,
    memory: WebAssembly.Memory = ownMemory(),
  ): WasmInstance {
    return new WasmInstance(bareExports(instantiateSync(source, { env: { memory } })));
  }

  /** Compiles and instantiates without blocking. Rejects where the engine refuses. */
  static async makeAhead(source: Uint8Array<ArrayBuffer>): Promise<WasmInstance> {
    return new WasmInstance(bareExports(await instantiate(source, { env: { memory: ownMemory() } })));
  }
}

/**
 * 1 MiB, most of it never touched. Growing detaches the old buffer, after which V8 checks every access to every typed array:
 * a small network would take 5 % longer.
 */
const FIRST_PAGES = 16;

const ownMemory = () => new WebAssembly.Memory({ initial: FIRST_PAGES, maximum: MOST_PAGES });

/** The loader's own `exports` wrap each function in a closure with rest arguments. */
const bareExports = ({ instance }: { instance: WebAssembly.Instance }) => instance.exports as unknown as WasmExports;
