/** @file Which parts of a WebAssembly memory are in use. */

const PAGE_BYTES = 65536;

/** Pointers are multiples of it: the size of a vector. */
const ALIGNMENT = 16;

/** The binaries have no data of their own. No pointer is 0. */
const START = 64;

/** The size of whole vectors. Not with a 32-bit mask, which overflows on arrays of 2 GiB. */
export const roundUp = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

interface Part {
  start: number;
  end: number;
}

/**
 * An allocator: the first part that fits; free neighbours are joined. Weights and arenas are few and large, so it keeps its lists
 * in JavaScript: AssemblyScript's own allocator was a sixth of the binaries.
 */
export class Heap {
  readonly #memory: WebAssembly.Memory;
  /** Where the parts in use end, by where they start. */
  readonly #used = new Map<number, number>();
  /** In order; no two of them touch, and none is empty. */
  readonly #free: Part[];

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#free = [{ start: START, end: memory.buffer.byteLength }];
  }

  /** @throws RangeError if memory cannot grow; nothing has changed then */
  allocate(bytes: number): number {
    const free = this.#free;
    const size = Math.max(ALIGNMENT, roundUp(bytes));
    const fits = ({ start, end }: Part) => end - start >= size;
    let at = free.findIndex(fits);
    if (at === -1) {
      this.#grow(size);
      at = free.length - 1;
    }
    const part = free[at]!;
    const { start } = part;
    part.start += size;
    if (part.start === part.end) free.splice(at, 1);
    this.#used.set(start, start + size);
    return start;
  }

  release(pointer: number): void {
    const end = this.#used.get(pointer);
    if (end === undefined) return;
    this.#used.delete(pointer);
    this.#put({ start: pointer, end });
  }

  /** Doubles the memory, if it can: growing detaches every view of it. */
  #grow(size: number): void {
    const memory = this.#memory;
    const start = memory.buffer.byteLength;
    const last = this.#free.at(-1);
    const missing = size - (last?.end === start ? start - last.start : 0);
    const pages = Math.ceil(missing / PAGE_BYTES);
    try {
      memory.grow(Math.max(pages, start / PAGE_BYTES));
    } catch {
      memory.grow(pages);
    }
    this.#put({ start, end: memory.buffer.byteLength });
  }

  #put(freed: Part): void {
    const free = this.#free;
    let at = 0;
    for (let end = free.length; at < end; ) {
      const middle = (at + end) >>> 1;
      if (free[middle]!.start < freed.start) at = middle + 1;
      else end = middle;
    }
    const before = free[at - 1];
    const after = free[at];
    const joinsAfter = after?.start === freed.end;
    const end = joinsAfter ? after.end : freed.end;
    if (before?.end === freed.start) {
      before.end = end;
      if (joinsAfter) free.splice(at, 1);
    } else if (joinsAfter) after.start = freed.start;
    else free.splice(at, 0, freed);
  }
}
