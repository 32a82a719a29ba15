import type { WasmInstance } from './instance.ts';
import type { Activations } from './kernels.ts';
import type { Arena } from './wasm-memory.ts';

/** Activations in an arena that is out of use meanwhile. */
export class WasmActivations implements Activations {
  readonly pointer: number;
  readonly #instance: WasmInstance;
  readonly #length: number;
  #arena: Arena | undefined;

  /** @param arena that they are in, taken out of use */
  constructor(instance: WasmInstance, pointer: number, length: number, arena: Arena) {
    this.#instance = instance;
    this.pointer = pointer;
    this.#length = length;
    this.#arena = arena;
  }

  isIn(instance: WasmInstance): boolean {
    return this.#instance === instance;
  }

  /**
   * Gives the arena away for layers that read these activations in it.
   * @param bytes that the layers need
   * @param activationBytes of each of their two parts for activations
   * @returns undefined if the activations do not lie where one of the parts begins, or the arena is too small
   */
  handOver(bytes: number, activationBytes: number): Arena | undefined {
    const arena = this.#arena;
    if (arena === undefined || arena.bytes < bytes) return undefined;
    if (this.pointer !== arena.pointer && this.pointer !== arena.pointer + activationBytes) return undefined;
    this.#arena = undefined;
    return arena;
  }

  get values(): Float32Array {
    return new Float32Array(this.#instance.memory.floats.buffer, this.pointer, this.#length);
  }

  relu(): void {
    this.#instance.exports.relu(this.pointer, this.pointer, this.#length);
  }

  release(): void {
    if (this.#arena !== undefined) this.#instance.memory.putArena(this.#arena);
    this.#arena = undefined;
  }
}
