/**
 * @file The interface of the kernels. It has two implementations: `wasm.ts` (SIMD) and `reference.ts` (plain JavaScript,
 * the fallback where WebAssembly is refused and the oracle of the tests). Kernels know flat arrays, counts and pointers,
 * but no Tensor, no Module and no hook. docs/architecture.md lists the files of a new kernel (Adding things).
 */
import type { Numbers, Summary } from '../check/index.ts';

export type { Numbers, Summary };

/** The weights of a linear layer in the layout of its kernel, without a bias. Made by {@link Kernels.pack}. */
export interface PackedLinear {
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** Whether {@link dispose} was called. */
  readonly disposed: boolean;
  /** Frees the memory. Idempotent. Using the weights afterwards is an error. */
  dispose(): void;
}

/** A linear layer of {@link FusedLayers}, and whether ReLU follows. */
export interface Layer {
  readonly packed: PackedLinear;
  /** `[outFeatures]`, or null. Recognized by its identity: it must never be written to again. */
  readonly bias: Float32Array | null;
  readonly relu: boolean;
}

/** Linear layers one after the other, each `x · weightᵀ + bias`. Made by {@link Kernels.fuse}. */
export interface FusedLayers {
  /**
   * Gives the same bits as the layers called one after the other.
   * @param input `[rows, inFeatures]` of the first layer
   * @returns a new array `[rows, outFeatures]` of the last layer
   * @throws RangeError if WebAssembly memory cannot grow; Error if packed weights were disposed
   */
  run(input: Float32Array, rows: number): Float32Array;

  /** Whether {@link runInside} can compute so many rows. */
  fits(rows: number): boolean;

  /**
   * The same bits as {@link run}, left in the memory of the kernels.
   * @param input activations are used up; the caller still releases them
   * @throws as `run`
   */
  runInside(input: Float32Array | Activations, rows: number): Activations;
}

/** The output of layers in the memory of the kernels. It belongs to the caller, who releases it. */
export interface Activations {
  /** A view: the next allocation may detach it, and others write there after the release. */
  readonly values: Float32Array;
  /** Replaces negative values, as {@link Kernels.relu} does. */
  relu(): void;
  /** Twice is harmless. */
  release(): void;
}

/** Counts of values between neighbouring edges, and of values in no bin. */
export interface HistogramCounts {
  /** `edges.length - 1` counts. Bin i holds edges[i] <= x < edges[i + 1]; the last bin includes its right edge. */
  readonly counts: Float64Array;
  /** Values below the first edge, -Infinity included. */
  readonly below: number;
  /** Values above the last edge, +Infinity included. */
  readonly above: number;
  readonly nan: number;
}

/** Counts between edges, and the statistics of the same values. */
export interface Distribution extends HistogramCounts, Summary {
  /** Of the finite values, in float64; so is `sumSquares`. */
  readonly sum: number;
  readonly sumSquares: number;
}

/** The kernels. Callers in nn/ and tensorboard/ validate sizes. */
export interface Kernels {
  /** `relaxed` and `simd` are the two WebAssembly binaries. */
  readonly name: 'relaxed' | 'simd' | 'javascript';

  /**
   * Prepares the weights of a linear layer.
   * @param weight `[outFeatures, inFeatures]`, row-major
   * @throws RangeError if WebAssembly memory cannot grow
   */
  pack(weight: Numbers, outFeatures: number, inFeatures: number): PackedLinear;

  /** @param layers at least one; each layer takes the features of the one before */
  fuse(layers: readonly Layer[]): FusedLayers;

  /** A new array with negative values replaced by +0. NaN stays NaN and -0 stays -0, as in PyTorch. */
  relu(input: Float32Array): Float32Array;

  summarize(values: Numbers): Summary;

  /** @param edges ascending, at least two, no NaN; not checked */
  histogram(values: Numbers, edges: Numbers): HistogramCounts;

  /**
   * `summarize` and `histogram` in one pass. Sums are in float64; of whole numbers they are whole.
   * @param edges as for {@link histogram}
   * @returns `min` and `max` keep the sign of a zero, mostly that of the last one, as in numpy
   */
  distribution(values: Numbers, edges: Numbers): Distribution;
}
