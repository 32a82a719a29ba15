/** @file What a recording holds: the calls of one run of a model, and each distinct tensor once. */
import type { Summary } from '../check/index.ts';
import type { SafetensorsDtype } from '../safetensors/index.ts';

/** The array of a stored tensor. F16 and BF16 are kept as bits. */
export type StoredData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

export interface StoredTensor {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  readonly data: StoredData;
}

/** A tensor in the inputs or the output of a call. */
export interface TensorPart {
  /** The name of the stored tensor, `t<n>`. It may have been stored in another shape first. */
  readonly tensor: string;
  /** The element type in the model. */
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** The order of the axes, if the framework tells: `NCHW`, `NHWC`. */
  readonly layout?: string;
  /** Of all values. With it, the stored tensor holds samples only, see `sampleIndices`. */
  readonly statistics?: Summary;
}

/** The inputs or the output of a call. Strings, numbers and what is no tensor are kept as values. */
export type Tree =
  | TensorPart
  | readonly Tree[]
  | { readonly fields: Readonly<Record<string, Tree>> }
  | { readonly value: string | number | boolean | null };

export interface RecordedCall {
  /** The module's path; '' for the root. */
  readonly path: string;
  /** The name of its class: `Linear`. */
  readonly kind: string;
  /** The number of this call of the module, from 0. */
  readonly call: number;
  /** The index of the call that made this one; null for the first. */
  readonly parent: number | null;
  /** Starts and ends of all calls are numbered together, from 0. A call that did not end has null. */
  readonly start: number;
  readonly end: number | null;
  readonly inputs: Tree;
  readonly output: Tree;
}

/** One weight of a module. */
export interface RowNorms {
  /** The Euclidean norm of each row, the values that one output is a sum over: a stored tensor. */
  readonly rows: string;
  /** The number of values in a row. */
  readonly length: number;
}

export interface Recording {
  readonly framework: string;
  /** Whether the run came to its end. */
  readonly complete: boolean;
  /** Why it did not. */
  readonly error?: string | undefined;
  /** In the order of their starts. */
  readonly calls: readonly RecordedCall[];
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** The row norms of weights by the path of their module; only if they were asked for. */
  readonly parameters: ReadonlyMap<string, RowNorms>;
}

export const isTensorPart = (tree: Tree): tree is TensorPart => 'tensor' in tree;

/** The tensors in a tree, in order. */
export function tensorParts(tree: Tree): TensorPart[] {
  if (isTensorPart(tree)) return [tree];
  if (Array.isArray(tree)) return (tree as readonly Tree[]).flatMap(tensorParts);
  return 'fields' in tree ? Object.values(tree.fields).flatMap(tensorParts) : [];
}

/** How many values are kept of a tensor beyond the limit. */
export const SAMPLES = 4096;

/**
 * Which values of a tensor are kept beyond the limit: one in each of 4,096 equal stretches, at a place that depends on the
 * stretch alone, so that two recordings keep the same ones and no channel is missed.
 */
export function sampleIndices(count: number): Float64Array {
  const indices = new Float64Array(Math.min(SAMPLES, count));
  const start = (i: number) => Math.floor((i * count) / indices.length);
  for (let i = 0; i < indices.length; i++) {
    // Knuth's multiplicative hash, as a fraction of 2^32. All products are below 2^53.
    const hash = (i * 2654435761) % 2 ** 32;
    indices[i] = start(i) + Math.floor(((start(i + 1) - start(i)) * hash) / 2 ** 32);
  }
  return indices;
}
