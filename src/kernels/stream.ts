import type { Float32Values } from './number-array.ts';
import type { WasmMemory } from './wasm-memory.ts';

/** 256 KB of float32: written, read and written again while they are in the second-level cache. */
export const BLOCK_FLOATS = 65536;

/**
 * Where values lie in WebAssembly memory, or undefined for those elsewhere. To be asked before the next `arena`,
 * which may detach them.
 */
export function pointerTo(values: Float32Values, memory: WasmMemory): number | undefined {
  return values.buffer === memory.floats.buffer && values.BYTES_PER_ELEMENT === 4 ? values.byteOffset : undefined;
}

/** The floats of one block: `values` themselves where they are not more than that. */
export function blockOf(values: Float32Values, start: number): Float32Values {
  return values.length <= BLOCK_FLOATS ? values : values.subarray(start, start + BLOCK_FLOATS);
}

/** How many NaN {@link stream} shows behind so many values. */
export const paddingOf = (length: number): number => -length & 3;

/**
 * Shows a kernel all of `values`, one stretch after the other: in place where they lie in WebAssembly memory (but not in
 * the scratch arena), else block by block in the scratch arena, so that a 400 MB array needs no 400 MB there. Kernels
 * take whole vectors of four: behind the last value come as many NaN as there are missing.
 *
 *   scratch arena:  | head: what the kernel keeps from block to block | block of values | NaN |
 *
 * @param headBytes a multiple of 16
 * @param begin makes the head ready
 * @param visit is given a multiple of four as the count
 * @returns the head
 */
export function stream(
  memory: WasmMemory,
  values: Float32Values,
  headBytes: number,
  begin: (head: number) => void,
  visit: (pointer: number, count: number, head: number) => void,
): number {
  const { length } = values;
  const inside = pointerTo(values, memory);
  const head = memory.arena(headBytes + (inside === undefined ? Math.min(length + 3, BLOCK_FLOATS) : 4) * 4);
  begin(head);
  const block = head + headBytes;
  const first = block >>> 2;
  const { floats } = memory;
  // What is there in place is whole vectors.
  let start = 0;
  if (inside !== undefined) {
    start = length - (length & 3);
    visit(inside, start, head);
  }
  for (; start < length; start += BLOCK_FLOATS) {
    const count = Math.min(length - start, BLOCK_FLOATS);
    if (inside === undefined) floats.set(blockOf(values, start), first);
    else floats.set(values.subarray(start), first);
    const padding = paddingOf(count);
    if (padding > 0) floats.fill(NaN, first + count, first + count + padding);
    visit(block, count + padding, head);
  }
  return head;
}
