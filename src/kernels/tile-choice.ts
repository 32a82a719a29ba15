/** @file The choice between the two tiles of large products, which compute the same bits. */
import { COLUMNS_PER_GROUP, type Product, SPILL_BYTES, type WasmExports } from './wasm-exports.ts';

/** Outputs of the smallest product that is sampled: a sample is at most 1/64 of it. */
const FEWEST_OUTPUTS = 8192;

/** The part of a product that is computed once more with each tile; at least 4 rows of a group. Less while it warms up. */
const SHARE = 1 / 64;
const WARM_UP_SHARE = 1 / 128;
const FEWEST_ROWS = 4;

/** Multiply-adds of large products before the first sample, 20 ms or more: short programs are not sampled. */
const UNSAMPLED = 6e8;

/** Multiply-adds after which the choice is given up, if the clock does not move. */
const MOST_WORK = 2e11;

/** Samples of the first ms do not count: V8's baseline compiler made their code, and the optimized one takes a while. */
const WARM_UP = 100;

/**
 * Samples are added up to windows of this many ms for each tile, since clocks are coarse. An interruption by another program
 * decides one window. In a single sum of 5 ms it chose the wrong tile in three of ten processes on a busy machine.
 */
const WINDOW = 0.5;

/** Windows that decide for a tile: most of eleven. */
const ENOUGH_WINDOWS = 6;

/** The wide tile has to be this many times faster to win a window. */
const MARGIN = 1.1;

/**
 * Computes a small part of large products once more with each tile, and adds up the times. The wide tile is nearly twice
 * as fast if the engine fuses pairs of 128-bit operations (V8 with `--experimental-wasm-revectorize`), and up to four
 * times slower if it does not, and no other test tells the two apart: one of 2 ms times V8's baseline compiler. Sums of
 * times serve coarse clocks as well.
 */
export class TileChoice {
  readonly #clock: () => number;
  #work = 0;
  /** The time of the first sample. */
  #begun = 0;
  /** Of the narrow tile and the wide one in this window, in ms. */
  readonly #times: [number, number] = [0, 0];
  /** The windows that each tile has won: the narrow one, and the wide one. */
  readonly #won: [number, number] = [0, 0];
  #first: 0 | 1 = 0;
  /** Until the choice is made. */
  isOpen = true;
  /** Which tile to use: the argument `wide` of the kernel `linear`. */
  wide: 0 | 1 = 0;

  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  /** After a product was computed: its input, output and scratch memory must still be there. */
  sample(exports: WasmExports, { input, rows, depth, packed, columns, output, relu, scratch }: Product): void {
    const outputs = rows * columns;
    if (outputs < FEWEST_OUTPUTS || rows < FEWEST_ROWS || columns < COLUMNS_PER_GROUP) return;
    const before = this.#work;
    this.#work += outputs * depth;
    if (before < UNSAMPLED) return;
    const begin = this.#clock();
    this.#begun ||= begin;
    const isWarmUp = begin - this.#begun < WARM_UP;
    const share = Math.floor((outputs * (isWarmUp ? WARM_UP_SHARE : SHARE)) / COLUMNS_PER_GROUP) & ~3;
    const sampled = Math.min(Math.max(share, FEWEST_ROWS), rows & ~3, exports.rowsPerBlock(depth));
    const interleaved = scratch + SPILL_BYTES;
    exports.interleave(input, sampled, depth, interleaved);
    const run = (wide: number) =>
      exports.linearColumns(input, sampled, packed, output, relu, interleaved, scratch, 0, COLUMNS_PER_GROUP, wide);
    // In turns, since the second one finds its weights in the cache.
    const first = this.#first;
    const second = first === 0 ? 1 : 0;
    this.#first = second;
    const start = this.#clock();
    run(first);
    const middle = this.#clock();
    run(second);
    const end = this.#clock();
    const times = [middle - start, end - middle] as const;
    if (!isWarmUp) this.#add(times[first]!, times[second]!);
    if (this.#work > MOST_WORK) this.isOpen = false;
  }

  #add(narrow: number, wide: number): void {
    const times = this.#times;
    times[0] += narrow;
    times[1] += wide;
    if (Math.min(...times) < WINDOW) return;
    const winner = times[0] > times[1] * MARGIN ? 1 : 0;
    times.fill(0);
    if (++this.#won[winner] < ENOUGH_WINDOWS) return;
    this.wide = winner;
    this.isOpen = false;
  }
}
