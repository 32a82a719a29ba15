/** @file The memory of one WebAssembly instance, as the kernels use it: allocations, and a scratch arena. */
import type { Binary } from './binary.ts';

/** One allocation of AssemblyScript's allocator is below 1 GiB. Beyond 4 GiB a size would wrap around at the border. */
const LARGEST_ALLOCATION = 2 ** 30 - 64;

/** Larger arenas are made as large as asked, smaller ones the next power of two. */
const LARGEST_ROUNDED = 32 << 20;

/** Vectors are aligned to their size. In floating point: a 32-bit mask would overflow on arrays of 2 GiB. */
export const roundUp = (bytes: number): number => Math.ceil(bytes / 16) * 16;

export class WasmMemory {
  readonly #binary: Binary;
  readonly #abandoned = new FinalizationRegistry<number>((pointer) => this.release(pointer));
  #arena = 0;
  #arenaBytes = 0;
  /**
   * The whole memory. Only {@link allocate} can grow it, which makes another view of it: nobody keeps this one beyond
   * the next allocation.
   */
  floats: Float32Array;

  constructor(binary: Binary) {
    this.#binary = binary;
    this.floats = new Float32Array(binary.memory.buffer);
  }

  /** @throws RangeError where memory cannot grow any further; nothing has changed then */
  allocate(bytes: number): number {
    const { memory } = this.#binary;
    let pointer = 0;
    try {
      if (bytes <= LARGEST_ALLOCATION) pointer = this.#binary.allocate(bytes) >>> 0;
    } catch {
      // The allocator trapped before it changed anything.
    }
    // Growing detaches the old view, or, where memory is shared, leaves it as short as it was.
    if (memory.buffer.byteLength !== this.floats.byteLength) this.floats = new Float32Array(memory.buffer);
    if (pointer !== 0) return pointer;
    const reserved = memory.buffer.byteLength;
    throw new RangeError(
      `WebAssembly memory cannot grow: ${bytes} bytes wanted, ${reserved} bytes reserved\n` +
        '  module.dispose() gives back the packed weights of a module that is not called for a while',
    );
  }

  release(pointer: number): void {
    this.#binary.release(pointer);
  }

  /** Releases an allocation when its owner is collected. */
  releaseWith(owner: object, pointer: number): void {
    this.#abandoned.register(owner, pointer, owner);
  }

  /** Releases it before. */
  releaseNow(owner: object, pointer: number): void {
    this.#abandoned.unregister(owner);
    this.release(pointer);
  }

  /** Scratch memory of at least so many bytes. It is anybody's again at the next call. @throws as {@link allocate} */
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

  /** Forgets the arena without giving it back: somebody may still write to it. */
  abandonArena(): void {
    this.#arena = 0;
    this.#arenaBytes = 0;
  }
}
