/** @file Packed weights, the form that kernels compute with, cached until their parameter changes. */
import { type FusedLayers, type Kernels, kernels, type PackedLinear } from '../kernels/index.ts';
import type { Parameter } from './parameter.ts';
import { type Tensor, valuesOf } from './tensor.ts';

/** The packed form of one weight, without a bias: layers that share a weight share it. */
export class PackedWeight {
  readonly packed: PackedLinear;
  readonly #kernels: Kernels = kernels();
  readonly #version: number;
  /** A layer of this weight, with the bias of the last call. */
  #single: FusedLayers | undefined;
  #bias: Parameter | null = null;
  #biasVersion = 0;

  constructor(weight: Parameter) {
    this.#version = weight.version;
    this.packed = pack(weight);
  }

  /** Whether neither the weight nor the kernels have changed since it was packed. */
  isCurrent(weight: Parameter): boolean {
    return weight.version === this.#version && !this.packed.disposed && this.#kernels === kernels();
  }

  /** One layer by itself, without ReLU. */
  single(bias: Parameter | null): FusedLayers {
    if (this.#single !== undefined && bias === this.#bias && (bias === null || bias.version === this.#biasVersion)) {
      return this.#single;
    }
    this.#bias = bias;
    this.#biasVersion = bias === null ? 0 : bias.version;
    this.#single = this.#kernels.fuse([{ packed: this.packed, bias: biasValues(bias), relu: false }]);
    return this.#single;
  }
}

/** A packed form is collected with its weight; the kernels then free its memory. */
const cache = new WeakMap<Parameter, PackedWeight>();

/** The packed form of a weight, packed anew if the values may have changed. */
export function packedWeight(weight: Parameter): PackedWeight {
  const last = cache.get(weight);
  if (last?.isCurrent(weight)) return last;
  last?.packed.dispose();
  const made = new PackedWeight(weight);
  cache.set(weight, made);
  return made;
}

/** Whether the shapes of a weight and a bias fit one linear layer. */
export function fitsLinear({ shape }: Tensor, bias: Tensor | null): boolean {
  return shape.length === 2 && (bias === null || (bias.shape.length === 1 && bias.shape[0] === shape[0]));
}

/** A copy of a bias: kernels recognize it by identity, and a parameter may be written to. */
export function biasValues(bias: Tensor | null): Float32Array | null {
  return bias === null ? null : new Float32Array(valuesOf(bias));
}

/** Frees the packed form of a weight. The next call packs it again. */
export function releasePacked(weight: Parameter): void {
  cache.get(weight)?.packed.dispose();
  cache.delete(weight);
}

export function pack(weight: Tensor): PackedLinear {
  const [outFeatures, inFeatures] = weight.shape as [number, number];
  return kernels().pack(valuesOf(weight), outFeatures, inFeatures);
}
