/** @file Values on their way through WebAssembly memory. */
import { type Numbers, typedArrayName } from '../check/index.ts';
import type { WasmMemory } from './wasm-memory.ts';

/** A Float32Array, or another array whose every value is a float32: converting it rounds nothing. */
export type Float32Values = Float32Array | Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array;

export function isFloat32Values(values: Numbers): values is Numbers & Float32Values {
  if (values instanceof Float32Array) return true;
  return /^(Float32|Float16|Int8|Uint8|Uint8Clamped|Int16|Uint16)Array$/.test(typedArrayName(values) ?? '');
}

/** 256 KB of float32 stay in the second-level cache while they are copied in, read and copied out. */
export const BLOCK_FLOATS = 65536;

/**
 * The pointer to values in WebAssembly memory; undefined for values elsewhere. Call it before `arena`, which may detach
 * them.
 */
export function pointerTo(values: Float32Values, memory: WasmMemory): number | undefined {
  return values.buffer === memory.floats.buffer && values.BYTES_PER_ELEMENT === 4 ? values.byteOffset : undefined;
}

/** One block of the values. */
export function blockOf(values: Float32Values, start: number): Float32Values {
  return values.length <= BLOCK_FLOATS ? values : values.subarray(start, start + BLOCK_FLOATS);
}

/** The number of NaN that {@link eachBlock} appends. */
export const paddingOf = (length: number): number => -length & 3;

/**
 * Shows all values to a kernel, block by block, so that a 400 MB array needs no 400 MB in the scratch arena. Values in
 * WebAssembly memory are read in place, in the same blocks: where values are changes no bit of a sum. `values` must not be in
 * the arena itself. Kernels read whole vectors of four: NaN fill up the last one.
 *
 *   scratch arena:  | head: the kernel's state | block of values | NaN |
 *
 * @param headBytes a multiple of 16
 * @param begin initializes the head
 * @param visit is called with a multiple of four as the count
 * @returns the head
 */
export function eachBlock(
  memory: WasmMemory,
  values: Float32Values,
  headBytes: number,
  begin: (head: number) => void,
  visit: (pointer: number, count: number, head: number) => void,
): number {
  const { length } = values;
  const inside = pointerTo(values, memory);
  const copied = inside !== undefined && paddingOf(length) === 0 ? 0 : Math.min(length + 3, BLOCK_FLOATS);
  const head = memory.arena(headBytes + copied * 4);
  begin(head);
  const block = head + headBytes;
  const first = block >>> 2;
  const { floats } = memory;
  for (let start = 0; start < length; start += BLOCK_FLOATS) {
    const count = Math.min(length - start, BLOCK_FLOATS);
    const padding = paddingOf(count);
    if (inside !== undefined && padding === 0) {
      visit(inside + start * 4, count, head);
      continue;
    }
    // The arena may have detached the values.
    if (inside === undefined) floats.set(blockOf(values, start), first);
    else floats.copyWithin(first, inside / 4 + start, inside / 4 + start + count);
    if (padding > 0) floats.fill(NaN, first + count, first + count + padding);
    visit(block, count + padding, head);
  }
  return head;
}
