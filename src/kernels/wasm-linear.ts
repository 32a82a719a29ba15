/** @file Linear layers on the SIMD kernels: packed weights, and fused layers, whose activations stay inside. */

import { roundUp } from './heap.ts';
import type { WasmInstance } from './instance.ts';
import type { Activations, FusedLayers, Layer, Numbers, PackedLinear } from './kernels.ts';
import { WasmActivations } from './wasm-activations.ts';
import { COLUMNS_PER_GROUP, COLUMNS_PER_PANEL, type Product, READ_AHEAD_BYTES } from './wasm-exports.ts';
import type { WasmMemory } from './wasm-memory.ts';

/** A large batch passes through the arena in blocks of about this size. */
const ARENA_BYTES = 16 << 20;

/** Products of this many multiply-adds, some 5 µs, may be sampled for the choice of a tile, or shared by threads. */
const LARGE = 250e3;

/** A panel is packed in parts of at most this many steps, so that a deep layer needs no large arena: 512 KB. */
const PACKED_STEPS = 8192;

/** Up to this length a loop is faster than a call of the engine's copy. */
const FEW = 16;

/** Up to this length the view that a constructor copies from costs more than it saves. */
const MANY = 4096;

export class WasmLinear implements PackedLinear {
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly #memory: WasmMemory;
  /** 0 once disposed. */
  pointer: number;
  /** The bias in front of the panels; null for zeros. */
  #bias: Float32Array | null = null;

  /**
   * Packs weights as drawn in assembly/linear.ts, with a bias of zeros.
   * @throws RangeError if memory cannot grow
   */
  constructor({ exports, memory }: WasmInstance, weight: Numbers, outFeatures: number, inFeatures: number) {
    this.#memory = memory;
    this.outFeatures = outFeatures;
    this.inFeatures = inFeatures;
    const biasFloats = Math.ceil(outFeatures / COLUMNS_PER_GROUP) * COLUMNS_PER_GROUP;
    const panels = Math.ceil(outFeatures / COLUMNS_PER_PANEL);
    const panelFloats = COLUMNS_PER_PANEL * inFeatures;
    const rows = memory.arena(COLUMNS_PER_PANEL * Math.min(inFeatures, PACKED_STEPS) * 4);
    this.pointer = memory.allocate(16 + (biasFloats + panels * panelFloats) * 4 + READ_AHEAD_BYTES);
    memory.releaseWith(this, this.pointer);
    const floats = memory.floats;
    new Uint32Array(floats.buffer, this.pointer, 2).set([inFeatures, outFeatures]);
    const bias = (this.pointer >>> 2) + 4;
    floats.fill(0, bias, bias + biasFloats);
    const weights = weight instanceof Float32Array ? weight : Float32Array.from(weight);
    for (let panel = 0; panel < panels; panel++) {
      const part = weights.subarray(panel * panelFloats, (panel + 1) * panelFloats);
      const to = bias + biasFloats + panel * panelFloats;
      for (let k = 0; k < inFeatures; k += PACKED_STEPS) {
        const steps = Math.min(PACKED_STEPS, inFeatures - k);
        copyPart(part, inFeatures, k, steps, floats, rows >>> 2);
        for (let column = 0; column < COLUMNS_PER_PANEL; column += 4) {
          const at = (to + k * COLUMNS_PER_PANEL + column) * 4;
          exports.packRows(rows + column * steps * 4, steps * 4, steps, at, COLUMNS_PER_PANEL * 4);
        }
      }
    }
  }

  /** Writes the bias of the next layer in front of the panels: layers may share weights but not biases. */
  useBias(bias: Float32Array | null): void {
    if (bias === this.#bias) return;
    const floats = this.#memory.floats;
    const at = (this.pointer >>> 2) + 4;
    if (bias === null) floats.fill(0, at, at + this.outFeatures);
    else floats.set(bias, at);
    this.#bias = bias;
  }

  get disposed(): boolean {
    return this.pointer === 0;
  }

  dispose(): void {
    if (this.pointer !== 0) this.#memory.releaseNow(this, this.pointer);
    this.pointer = 0;
  }
}

/**
 * Layers one after the other. A block of rows in the arena:
 *
 *   | activations | activations | interleaved rows of one layer |
 *      input      →   output, and back for the next layer
 */
export class WasmFusedLayers implements FusedLayers {
  readonly #instance: WasmInstance;
  readonly #memory: WasmMemory;
  readonly #packed: readonly WasmLinear[];
  readonly #biases: readonly (Float32Array | null)[];
  readonly #relu: readonly number[];
  readonly #depth: number;
  readonly #columns: number;
  /** The most input features of a layer, and the most features at all. */
  readonly #deepest: number;
  readonly #widest: number;
  /** The layout of the arena, for the last number of rows. */
  #rows = -1;
  #block = 0;
  #activationBytes = 0;
  #arenaBytes = 0;
  /** Whether one of the products is large. */
  #hasLarge = false;

  /** @throws RangeError for a bias of another length */
  constructor(instance: WasmInstance, layers: readonly Layer[]) {
    this.#instance = instance;
    this.#memory = instance.memory;
    this.#packed = layers.map(({ packed }) => packed as WasmLinear);
    this.#biases = layers.map(checkedBias);
    this.#relu = layers.map(({ relu }) => (relu ? 1 : 0));
    this.#depth = layers[0]!.packed.inFeatures;
    this.#columns = layers.at(-1)!.packed.outFeatures;
    this.#deepest = Math.max(...this.#packed.map(({ inFeatures }) => inFeatures));
    this.#widest = Math.max(this.#deepest, ...this.#packed.map(({ outFeatures }) => outFeatures));
  }

  run(input: Float32Array, rows: number): Float32Array {
    const { pool } = this.#instance;
    if (pool === undefined || pool.broken) return this.#run(input, rows);
    const output = this.#run(input, rows);
    // A worker presumed dead may still write to that arena: compute again, alone, in another one.
    return pool.broken ? this.#run(input, rows) : output;
  }

  #run(input: Float32Array, rows: number): Float32Array {
    if (rows !== this.#rows) this.#divide(rows);
    const arena = this.#memory.arena(this.#arenaBytes);
    const block = this.#block;
    if (block === rows) {
      copyIn(input, this.#memory.floats, arena >>> 2);
      const at = this.#layers(arena, rows, arena);
      return copyOut(this.#memory.floats, at >>> 2, rows * this.#columns);
    }
    const output = new Float32Array(rows * this.#columns);
    for (let row = 0; row < rows; row += block) {
      const count = Math.min(block, rows - row);
      const part = input.subarray(row * this.#depth, (row + count) * this.#depth);
      copyIn(part, this.#memory.floats, arena >>> 2);
      const at = this.#layers(arena, count, arena) >>> 2;
      output.set(this.#memory.floats.subarray(at, at + count * this.#columns), row * this.#columns);
    }
    return output;
  }

  fits(rows: number): boolean {
    if (rows !== this.#rows) this.#divide(rows);
    return this.#block === rows;
  }

  runInside(input: Float32Array | Activations, rows: number): Activations {
    const { pool } = this.#instance;
    if (pool === undefined || pool.broken) return this.#runInside(input, rows);
    const output = this.#runInside(input, rows);
    // As in `run`. The worker does not write to the arena of the input.
    return pool.broken ? this.#runInside(input, rows) : output;
  }

  #runInside(input: Float32Array | Activations, rows: number): Activations {
    if (!this.fits(rows)) throw new RangeError(`${rows} rows do not fit the arena at once`);
    const memory = this.#memory;
    const isInside = input instanceof WasmActivations && input.isIn(this.#instance);
    // Fresh memory would not be in the caches. Threads may need the input once more.
    const isReusable = isInside && this.#instance.pool === undefined;
    const reused = isReusable ? input.handOver(this.#arenaBytes, this.#activationBytes) : undefined;
    const arena = reused?.pointer ?? memory.arena(this.#arenaBytes);
    if (!isInside) copyIn(input instanceof Float32Array ? input : input.values, memory.floats, arena >>> 2);
    const at = this.#layers(isInside ? input.pointer : arena, rows, arena);
    return new WasmActivations(this.#instance, at, rows * this.#columns, reused ?? memory.takeArena());
  }

  #divide(rows: number): void {
    const most = Math.max(4, Math.floor(ARENA_BYTES / (8 * this.#widest)) & ~3);
    const block = Math.min(rows, most);
    // Rows are accessed in fours, and a group of columns beyond the last; one or two rows are not padded.
    const padded = block < 3 ? block : Math.ceil(block / 4) * 4;
    this.#activationBytes = roundUp((padded * this.#widest + COLUMNS_PER_GROUP) * 4);
    this.#arenaBytes = this.#activationBytes * 2 + this.#instance.exports.linearScratch(block, this.#deepest);
    this.#hasLarge = this.#packed.some((layer) => isLarge(block, layer));
    this.#block = block;
    this.#rows = rows;
  }

  /**
   * @param input in the first part of the arena, or outside of it
   * @returns the pointer to the output
   */
  #layers(input: number, rows: number, arena: number): number {
    const { exports, tiles } = this.#instance;
    const { wide } = tiles;
    const packed = this.#packed;
    const hasLarge = this.#hasLarge;
    const scratch = arena + this.#activationBytes * 2;
    let from = input;
    let to = input === arena ? arena + this.#activationBytes : arena;
    for (let i = 0; i < packed.length; i++) {
      const layer = packed[i]!;
      const { pointer } = layer;
      if (pointer === 0) throw new Error('these packed weights were disposed');
      layer.useBias(this.#biases[i]!);
      const relu = this.#relu[i]!;
      if (hasLarge && isLarge(rows, layer)) {
        const { inFeatures: depth, outFeatures: columns } = layer;
        this.#large({ input: from, rows, depth, packed: pointer, columns, output: to, relu, scratch });
      } else {
        exports.linear(from, rows, pointer, to, relu, scratch, wide);
      }
      from = to;
      to = to === arena ? arena + this.#activationBytes : arena;
    }
    return from;
  }

  #large(product: Product): void {
    const { exports, pool, tiles } = this.#instance;
    const { input, rows, depth, packed, columns, output, relu, scratch } = product;
    const isShared = pool?.isWorthwhile(rows, depth, columns) && pool.linear(product, tiles.wide);
    if (!isShared) exports.linear(input, rows, packed, output, relu, scratch, tiles.wide);
    if (tiles.isOpen) tiles.sample(exports, product);
  }
}

/** Copies the columns from `k` up to `k + steps` of the rows of a panel, with zeros for rows that it lacks. */
function copyPart(part: Float32Array, depth: number, k: number, steps: number, floats: Float32Array, at: number): void {
  if (steps === depth) floats.set(part, at);
  else
    for (let from = k, to = at; from < part.length; from += depth, to += steps)
      floats.set(part.subarray(from, from + steps), to);
  floats.fill(0, at + (part.length / depth) * steps, at + COLUMNS_PER_PANEL * steps);
}

const isLarge = (rows: number, { inFeatures, outFeatures }: PackedLinear): boolean =>
  rows * inFeatures * outFeatures >= LARGE;

function checkedBias({ packed, bias }: Layer): Float32Array | null {
  if (bias === null || bias.length === packed.outFeatures) return bias;
  throw new RangeError(`a bias must have ${packed.outFeatures} values, got ${bias.length}`);
}

function copyIn(values: Float32Array, floats: Float32Array, at: number): void {
  if (values.length > FEW) floats.set(values, at);
  else for (let i = 0; i < values.length; i++) floats[at + i] = values[i]!;
}

function copyOut(floats: Float32Array, at: number, length: number): Float32Array {
  // A copy made by the constructor, unlike a slice, is not filled with zeros first.
  if (length > MANY) return new Float32Array(floats.subarray(at, at + length));
  if (length > FEW) return floats.slice(at, at + length);
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = floats[at + i]!;
  return values;
}
