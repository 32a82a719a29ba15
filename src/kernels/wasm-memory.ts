/** @file The memory of a WebAssembly instance: allocations, and a scratch arena. */
import { Heap } from './heap.ts';

/** Larger arenas have the requested size, smaller ones the next power of two. */
const LARGEST_ROUNDED = 32 << 20;

export interface Arena {
  readonly pointer: number;
  readonly bytes: number;
}

export class WasmMemory {
  readonly #memory: WebAssembly.Memory;
  readonly #heap: Heap;
  readonly #abandoned = new FinalizationRegistry<number>((pointer) => this.release(pointer));
  #arena = 0;
  #arenaBytes = 0;
  /**
   * The whole memory. {@link allocate} replaces this view when it grows the memory: read it again after each allocation.
   */
  floats: Float32Array;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#heap = new Heap(memory);
    this.floats = new Float32Array(memory.buffer);
  }

  /** @throws RangeError if memory cannot grow; nothing has changed then */
  allocate(bytes: number): number {
    const memory = this.#memory;
    try {
      return this.#heap.allocate(bytes);
    } catch {
      throw new RangeError(
        `WebAssembly memory cannot grow: ${bytes} bytes wanted, ${memory.buffer.byteLength} bytes reserved\n` +
          '  module.dispose() frees the packed weights of a module that is not in use',
      );
    } finally {
      // Growing detaches the old view; a view of shared memory keeps its length.
      if (memory.buffer.byteLength !== this.floats.byteLength) this.floats = new Float32Array(memory.buffer);
    }
  }

  release(pointer: number): void {
    this.#heap.release(pointer);
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
