/** @file What assembly/ exports, and the memory layouts that its callers prepare. */

/**
 * The exports of assembly/index.ts. Pointers are byte offsets into `memory`; `bytes`, `stride` and `step` are in bytes,
 * `count` in floats.
 */
export interface WasmExports {
  readonly memory: WebAssembly.Memory;

  /** Transposes four rows. See assembly/pack-rows.ts. */
  packRows(rows: number, stride: number, depth: number, to: number, step: number): void;

  /** See assembly/linear.ts for the layout of `packed`, and for what is accessed beyond the rows. */
  linear(
    input: number,
    rows: number,
    packed: number,
    output: number,
    relu: number,
    scratch: number,
    wide: number,
  ): void;
  /** The size of `scratch`, in bytes. */
  linearScratch(rows: number, depth: number): number;

  /** The parts of `linear`, for threads: a block of at most this many rows … */
  rowsPerBlock(depth: number): number;
  /** … is interleaved once, … */
  interleave(input: number, rows: number, depth: number, to: number): void;
  /** … and each thread computes some of its columns. */
  linearColumns(
    input: number,
    rows: number,
    packed: number,
    output: number,
    relu: number,
    interleaved: number,
    spill: number,
    fromColumn: number,
    toColumn: number,
    wide: number,
  ): void;

  relu(input: number, output: number, count: number): void;

  /** `count` is a multiple of four, here and below. */
  summarize(values: number, count: number, state: number): void;
  countByTable(values: number, count: number, table: number, counters: number): void;
  countBySearch(values: number, count: number, starts: number, steps: number, counters: number): void;
  distribution(values: number, count: number, lookup: number, steps: number, counters: number, state: number): void;
  addUp(counters: number, intervals: number, ranks: number, sums: number): void;

  foldCrc32c(from: number, to: number): void;
}

/** The arguments of `linear`, and the sizes in `packed`. */
export interface Product {
  readonly input: number;
  readonly rows: number;
  readonly depth: number;
  readonly packed: number;
  readonly columns: number;
  readonly output: number;
  readonly relu: number;
  readonly scratch: number;
}

// Layouts of assembly/linear.ts, which draws them.

/** The width of a panel of packed weights. */
export const COLUMNS_PER_PANEL = 16;

/** Two panels. The bias is padded to such a group, rows are written up to one, and threads share work by them. */
export const COLUMNS_PER_GROUP = 32;

/** `linear` reads ahead beyond the last panel. */
export const READ_AHEAD_BYTES = 64;

/** The tile of a partial panel. It is the first part of `scratch`. */
export const SPILL_BYTES = 128;
