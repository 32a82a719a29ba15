/**
 * @file The SIMD kernels. Weights live packed in WebAssembly memory; activations are copied into a scratch arena and
 * the result out of it. Only numbers and pointers cross the border.
 *
 *   scratch arena:  | input, rounded up to 16 bytes | output, rounded up to 16 bytes |
 */
import type { ASUtil, ResultObject } from '@assemblyscript/loader';
import type { Kernels, Numbers, PackedLinear } from './kernels.ts';
import { isFloat32Values } from './number-array.ts';
import { reference } from './reference.ts';
import { type HistogramBinary, wasmHistogram } from './wasm-histogram.ts';
import { type ReluBinary, wasmRelu } from './wasm-relu.ts';
import { type SummarizeBinary, wasmSummarize } from './wasm-summarize.ts';

/** What assembly/index.ts exports. */
interface Binary extends ReluBinary, SummarizeBinary, HistogramBinary {
  memory: WebAssembly.Memory;
  allocate(bytes: number): number;
  release(pointer: number): void;
  linear(
    input: number,
    rows: number,
    packed: number,
    depth: number,
    columns: number,
    output: number,
    relu: number,
  ): void;
}

/** What the loader gives for a layertap binary. */
export type Instance = ResultObject & { exports: ASUtil };

/** Rows are sent through the arena in blocks of about this many bytes, so that a large batch needs no large arena. */
const ARENA_BYTES = 16 << 20;

const COLUMNS_PER_PANEL = 8;

/** One allocation of AssemblyScript's allocator is below 1 GiB. Beyond 4 GiB a size would wrap around at the border. */
const LARGEST_ALLOCATION = 2 ** 30 - 64;

/** In floating point: a 32-bit mask would overflow on arrays of 2 GiB. */
const roundUp = (bytes: number) => Math.ceil(bytes / 16) * 16;

export function wasmKernels(name: 'relaxed' | 'simd', loaded: Instance): Kernels {
  // The loader wraps every export in a rest-argument closure; the instance holds the bare functions.
  const binary = loaded.instance.exports as unknown as Binary;
  let heap = new Float32Array(binary.memory.buffer);
  let arena = 0;
  let arenaBytes = 0;

  /** A view of the whole memory. Growing detaches it, so no caller keeps it beyond its own allocation. */
  function view(): Float32Array {
    if (heap.length === 0) heap = new Float32Array(binary.memory.buffer);
    return heap;
  }

  function allocate(bytes: number): number {
    try {
      if (bytes <= LARGEST_ALLOCATION) return binary.allocate(bytes) >>> 0;
    } catch {
      // The allocator trapped before it changed anything.
    }
    const reserved = binary.memory.buffer.byteLength;
    throw new RangeError(`WebAssembly memory cannot grow: ${bytes} bytes wanted, ${reserved} bytes reserved`);
  }

  function arenaOf(bytes: number): number {
    if (bytes > arenaBytes) {
      const wanted = Math.max(4096, 2 ** Math.ceil(Math.log2(bytes)));
      const larger = allocate(wanted);
      if (arena !== 0) binary.release(arena);
      arena = larger;
      arenaBytes = wanted;
    }
    return arena;
  }

  class WasmLinear implements PackedLinear {
    readonly inFeatures: number;
    readonly outFeatures: number;
    /** 0 once disposed. */
    pointer: number;

    constructor(pointer: number, outFeatures: number, inFeatures: number) {
      this.pointer = pointer;
      this.outFeatures = outFeatures;
      this.inFeatures = inFeatures;
    }

    dispose(): void {
      if (this.pointer === 0) return;
      abandoned.unregister(this);
      binary.release(this.pointer);
      this.pointer = 0;
    }
  }

  /** Frees the packed weights of parameters that were collected without `dispose()`. */
  const abandoned = new FinalizationRegistry<number>((pointer) => binary.release(pointer));

  /** Lays weights out as drawn in assembly/linear.ts. */
  function pack(weight: Numbers, bias: Numbers | null, outFeatures: number, inFeatures: number): PackedLinear {
    if (bias !== null && bias.length !== outFeatures) {
      throw new RangeError(`a bias of ${bias.length} values for ${outFeatures} outputs`);
    }
    const panels = Math.ceil(outFeatures / COLUMNS_PER_PANEL);
    const floats = panels * COLUMNS_PER_PANEL * (1 + inFeatures);
    const pointer = allocate(Math.max(16, floats * 4));
    const memory = view();
    const start = pointer >>> 2;
    memory.fill(0, start, start + floats);
    if (bias !== null) memory.set(bias as ArrayLike<number>, start);
    const panelFloats = inFeatures * COLUMNS_PER_PANEL;
    for (let column = 0; column < outFeatures; column++) {
      const lane = column % COLUMNS_PER_PANEL;
      let to = start + panels * COLUMNS_PER_PANEL + ((column - lane) / COLUMNS_PER_PANEL) * panelFloats + lane;
      for (let k = 0, from = column * inFeatures; k < inFeatures; k++, from++, to += COLUMNS_PER_PANEL) {
        memory[to] = weight[from]!;
      }
    }
    const packed = new WasmLinear(pointer, outFeatures, inFeatures);
    abandoned.register(packed, pointer, packed);
    return packed;
  }

  function runLinear(input: Float32Array, rows: number, weights: PackedLinear, relu: 0 | 1): Float32Array {
    const { pointer, inFeatures, outFeatures } = weights as WasmLinear;
    if (pointer === 0) throw new Error('these packed weights were disposed');
    const outputLength = rows * outFeatures;
    const inputBytes = roundUp(rows * inFeatures * 4);
    if (inputBytes + outputLength * 4 <= ARENA_BYTES) {
      const from = arenaOf(inputBytes + roundUp(outputLength * 4));
      const to = from + inputBytes;
      view().set(input, from >>> 2);
      binary.linear(from, rows, pointer, inFeatures, outFeatures, to, relu);
      return view().slice(to >>> 2, (to >>> 2) + outputLength);
    }
    const output = new Float32Array(outputLength);
    const block = Math.max(4, Math.floor(ARENA_BYTES / (4 * (inFeatures + outFeatures) + 32)));
    const from = arenaOf(roundUp(block * inFeatures * 4) + roundUp(block * outFeatures * 4));
    const to = from + roundUp(block * inFeatures * 4);
    for (let row = 0; row < rows; row += block) {
      const count = Math.min(block, rows - row);
      view().set(input.subarray(row * inFeatures, (row + count) * inFeatures), from >>> 2);
      binary.linear(from, count, pointer, inFeatures, outFeatures, to, relu);
      output.set(view().subarray(to >>> 2, (to >>> 2) + count * outFeatures), row * outFeatures);
    }
    return output;
  }

  const shared = { floats: view, scratch: arenaOf };
  const summarize = wasmSummarize(binary, shared);
  const histogram = wasmHistogram(binary, shared);

  return {
    name,
    pack,
    linear: (input, rows, packed) => runLinear(input, rows, packed, 0),
    linearRelu: (input, rows, packed) => runLinear(input, rows, packed, 1),
    relu: wasmRelu(binary, shared),
    summarize: (values) => (isFloat32Values(values) ? summarize(values) : reference.summarize(values)),
    histogram: (values, edges) =>
      isFloat32Values(values) ? histogram(values, edges) : reference.histogram(values, edges),
  };
}
