import type { WasmInstance } from './instance.ts';
import type { Activations } from './kernels.ts';
import type { Arena } from './wasm-memory.ts';

/** Activations in an arena that is out of use meanwhile. */
export class WasmActivations implements Activations {
  readonly pointer: number;
  readonly #instance: WasmInstance;
  readonly #length: number;
  #arena: Arena | undefined;

  /** Takes the current arena. */
  constructor(instance: WasmInstance, pointer: number, length: number) {
    this.#instance = instance;
    this.pointer = pointer;
    this.#length = length;
    this.#arena = instance.memory.takeArena();
  }

  isIn(instance: WasmInstance): boolean {
    return this.#instance === instance;
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
