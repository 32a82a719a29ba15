/** @file The memory of a WebAssembly instance: allocations, and a scratch arena. */
import type { WasmExports } from './wasm-exports.ts';

/** AssemblyScript's allocator gives less than 1 GiB at a time. Sizes beyond 4 GiB would wrap around. */
const LARGEST_ALLOCATION = 2 ** 30 - 64;

/** Larger arenas have the requested size, smaller ones the next power of two. */
const LARGEST_ROUNDED = 32 << 20;

/** The size of whole vectors. Not with a 32-bit mask, which overflows on arrays of 2 GiB. */
export const roundUp = (bytes: number): number => Math.ceil(bytes / 16) * 16;

export interface Arena {
  readonly pointer: number;
  readonly bytes: number;
}

export class WasmMemory {
  readonly #exports: WasmExports;
  readonly #abandoned = new FinalizationRegistry<number>((pointer) => this.release(pointer));
  #arena = 0;
  #arenaBytes = 0;
  /**
   * The whole memory. {@link allocate} replaces this view when it grows the memory: read it again after each allocation.
   */
  floats: Float32Array;

  constructor(exports: WasmExports) {
    this.#exports = exports;
    this.floats = new Float32Array(exports.memory.buffer);
  }

  /** @throws RangeError if memory cannot grow; nothing has changed then */
  allocate(bytes: number): number {
    const { memory } = this.#exports;
    let pointer = 0;
    try {
      if (bytes <= LARGEST_ALLOCATION) pointer = this.#exports.allocate(bytes) >>> 0;
    } catch {
      // The allocator traps before it changes anything.
    }
    // Growing detaches the old view; a view of shared memory keeps its length.
    if (memory.buffer.byteLength !== this.floats.byteLength) this.floats = new Float32Array(memory.buffer);
    if (pointer !== 0) return pointer;
    const reserved = memory.buffer.byteLength;
    throw new RangeError(
      `WebAssembly memory cannot grow: ${bytes} bytes wanted, ${reserved} bytes reserved\n` +
        '  module.dispose() frees the packed weights of a module that is not in use',
    );
  }

  release(pointer: number): void {
    this.#exports.release(pointer);
  }

  /** Releases an allocation when its owner is collected. */
  releaseWith(owner: object, pointer: number): void {
    this.#abandoned.register(owner, pointer, owner);
  }

  /** Releases it earlier. */
  releaseNow(owner: object, pointer: number): void {
    this.#abandoned.unregister(owner);
    this.release(pointer);
  }

  /** Scratch memory of at least this size, valid until the next call. @throws as {@link allocate} */
  arena(bytes: number): number {
    if (bytes > this.#arenaBytes) {
      const wanted = bytes > LARGEST_ROUNDED ? bytes : Math.max(4096, 2 ** Math.ceil(Math.log2(bytes)));
      const larger = this.allocate(wanted);
      if (this.#arena !== 0) this.release(this.#arena);
      this.#arena = larger;
      this.#arenaBytes = wanted;
    }
    return this.#arena;
  }

  /** Takes the arena out of use, with what it holds, until it is put back. {@link arena} makes another one meanwhile. */
  takeArena(): Arena {
    const taken = { pointer: this.#arena, bytes: this.#arenaBytes };
    this.abandonArena();
    return taken;
  }

  /** Of two arenas the larger one stays. */
  putArena({ pointer, bytes }: Arena): void {
    const isLarger = bytes > this.#arenaBytes;
    const other = isLarger ? this.#arena : pointer;
    if (other !== 0) this.release(other);
    if (!isLarger) return;
    this.#arena = pointer;
    this.#arenaBytes = bytes;
  }

  /** Drops the arena without releasing it, since a thread may still write to it. */
  abandonArena(): void {
    this.#arena = 0;
    this.#arenaBytes = 0;
  }
}
