/**
 * @file The seam between layertap and its number crunching. There are two implementations: `wasm.ts` (SIMD) and
 * `reference.ts` (plain JavaScript: the fallback where WebAssembly is refused, and the oracle of the tests).
 * A kernel knows flat arrays, counts and pointers; it knows no Tensor, no Module and no hook.
 */

import type { Numbers, Summary } from '../check/index.ts';

export type { Numbers, Summary };

/** The weights of one linear layer in the form that its kernel wants, without a bias. Made by {@link Kernels.pack}. */
export interface PackedLinear {
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** Whether {@link dispose} was called. */
  readonly disposed: boolean;
  /** Gives the memory back. Twice is harmless; using the packed weights afterwards is an error. */
  dispose(): void;
}

/** A linear layer of {@link FusedLayers}, and whether ReLU follows. */
export interface Layer {
  readonly packed: PackedLinear;
  /** `[outFeatures]`, or null for none. Recognised by its identity: it must never be written to again. */
  readonly bias: Float32Array | null;
  readonly relu: boolean;
}

/** Linear layers one after the other, each `x · weightᵀ + bias`. Made by {@link Kernels.fuse}. */
export interface FusedLayers {
  /**
   * The same bits as each layer alone would give.
   * @param input `[rows, inFeatures]` of the first layer
   * @returns a new array `[rows, outFeatures]` of the last layer
   * @throws RangeError where WebAssembly memory cannot grow any further; Error where packed weights were disposed
   */
  run(input: Float32Array, rows: number): Float32Array;
}

/** How many values fell between each pair of neighbouring edges, and how many fell in no bin. */
export interface HistogramCounts {
  /** `edges.length - 1` counts. Bin i holds edges[i] <= x < edges[i + 1]; the last bin holds its right edge too. */
  readonly counts: Float64Array;
  /** Values below the first edge, -Infinity included. */
  readonly below: number;
  /** Values above the last edge, +Infinity included. */
  readonly above: number;
  readonly nan: number;
}

/** Extremes, and sums in float64. */
export interface Moments {
  /** Of -0 and 0 the later one, mostly; Infinity where there is no value. */
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  /** Of the squares. NaN or Infinity wherever a value is; then the others mean nothing. */
  readonly sumSquares: number;
}

/** What layertap computes with. Sizes are validated by the callers in nn/ and tensorboard/, not here. */
export interface Kernels {
  /** Which implementation this is: `relaxed` and `simd` are the two WebAssembly binaries. */
  readonly name: 'relaxed' | 'simd' | 'javascript';

  /**
   * Prepares the weights of a linear layer.
   * @param weight `[outFeatures, inFeatures]`, row-major
   * @throws RangeError where WebAssembly memory cannot grow any further
   */
  pack(weight: Numbers, outFeatures: number, inFeatures: number): PackedLinear;

  /** @param layers at least one; each takes as many features as the one before gives */
  fuse(layers: readonly Layer[]): FusedLayers;

  /** A new array with negative values replaced by +0. NaN stays NaN and -0 stays -0, as in PyTorch. */
  relu(input: Float32Array): Float32Array;

  summarize(values: Numbers): Summary;

  moments(values: Numbers): Moments;

  /** @param edges ascending, at least two, no NaN. The caller checks */
  histogram(values: Numbers, edges: Numbers): HistogramCounts;
}
