/** @file Weights in the form that the kernels want, made anew when a parameter has other values. */
import { type Kernels, kernels, type LinearChain, type PackedLinear } from '../kernels/index.ts';
import { Parameter } from './parameter.ts';
import type { Tensor } from './tensor.ts';

/** The packed form of two parameters, or of one. */
export class PackedParameters {
  readonly packed: PackedLinear;
  /** A chain of this one layer, without ReLU. */
  readonly alone: LinearChain;
  readonly #kernels: Kernels;
  readonly #weight: Parameter;
  readonly #bias: Parameter | null;
  readonly #weightVersion: number;
  readonly #biasVersion: number;

  constructor(weight: Parameter, bias: Parameter | null) {
    this.#kernels = kernels();
    this.#weight = weight;
    this.#bias = bias;
    this.#weightVersion = weight.version;
    this.#biasVersion = bias === null ? 0 : bias.version;
    this.packed = pack(weight, bias);
    this.alone = alone(this.packed);
  }

  /** Whether this is still what a layer with these parameters wants. */
  isFor(weight: Tensor, bias: Tensor | null): boolean {
    return (
      weight === this.#weight &&
      bias === this.#bias &&
      this.#weight.version === this.#weightVersion &&
      (this.#bias === null || this.#bias.version === this.#biasVersion) &&
      !this.packed.disposed &&
      this.#kernels === kernels()
    );
  }
}

/**
 * By weight, then by bias: two layers may share a weight and have biases of their own. When a weight is collected, so
 * are its packed forms, and the kernels free the memory.
 */
const cache = new WeakMap<Parameter, Map<Parameter | null, PackedParameters>>();

/** So many layers may share a weight and have biases of their own, without packing again. */
const MOST_BIASES = 8;

/**
 * Calls `use` with a chain of one linear layer. Packed parameters are kept for the next call; packed plain tensors,
 * which nobody may ever use again, are given back at once.
 */
export function withPackedWeights<R>(weight: Tensor, bias: Tensor | null, use: (layer: LinearChain) => R): R {
  if (weight instanceof Parameter && (bias === null || bias instanceof Parameter)) {
    return use(packedParameters(weight, bias).alone);
  }
  const packed = pack(weight, bias);
  try {
    return use(alone(packed));
  } finally {
    packed.dispose();
  }
}

/** The packed form of parameters: that of the last call, unless a value was assigned since. */
export function packedParameters(weight: Parameter, bias: Parameter | null): PackedParameters {
  const byBias = cache.get(weight) ?? new Map<Parameter | null, PackedParameters>();
  const last = byBias.get(bias);
  if (last !== undefined) {
    if (last.isFor(weight, bias)) return last;
    byBias.delete(bias);
    last.packed.dispose();
  }
  // A new bias for each call would otherwise keep a copy of the weight each.
  const [oldest] = byBias;
  if (oldest !== undefined && byBias.size >= MOST_BIASES) {
    byBias.delete(oldest[0]);
    oldest[1].packed.dispose();
  }
  const made = new PackedParameters(weight, bias);
  byBias.set(bias, made);
  cache.set(weight, byBias);
  return made;
}

/** Frees the packed forms of a weight. The next call packs again. */
export function releasePacked(weight: Parameter): void {
  for (const { packed } of cache.get(weight)?.values() ?? []) packed.dispose();
  cache.delete(weight);
}

function pack(weight: Tensor, bias: Tensor | null): PackedLinear {
  const [outFeatures, inFeatures] = weight.shape as [number, number];
  return kernels().pack(weight.data, bias === null ? null : bias.data, outFeatures, inFeatures);
}

function alone(packed: PackedLinear): LinearChain {
  return kernels().chain([{ packed, relu: false }]);
}
