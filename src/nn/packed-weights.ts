/** @file Weights in the form that the kernels want, made anew when a parameter has other values. */
import { type FusedLayers, type Kernels, kernels, type PackedLinear } from '../kernels/index.ts';
import type { Parameter } from './parameter.ts';
import { type Tensor, valuesOf } from './tensor.ts';

/**
 * The packed form of one weight. Biases lie beside it: layers that share a weight share this, whatever their biases.
 */
export class PackedWeight {
  readonly packed: PackedLinear;
  readonly #kernels: Kernels = kernels();
  readonly #version: number;
  /** A layer of this weight by itself, with the bias that it was last called with. */
  #alone: FusedLayers | undefined;
  #bias: Parameter | null = null;
  #biasVersion = 0;

  constructor(weight: Parameter) {
    this.#version = weight.version;
    this.packed = pack(weight);
  }

  /** Whether its weight still has the values that were packed, and the kernels can still use them. */
  isFor(weight: Parameter): boolean {
    return weight.version === this.#version && !this.packed.disposed && this.#kernels === kernels();
  }

  /** A chain of one linear layer, without ReLU. */
  alone(bias: Parameter | null): FusedLayers {
    if (this.#alone !== undefined && bias === this.#bias && (bias === null || bias.version === this.#biasVersion)) {
      return this.#alone;
    }
    this.#bias = bias;
    this.#biasVersion = bias === null ? 0 : bias.version;
    this.#alone = this.#kernels.fuse([{ packed: this.packed, bias: biasValues(bias), relu: false }]);
    return this.#alone;
  }
}

/** When a weight is collected, so is its packed form, and the kernels free the memory. */
const cache = new WeakMap<Parameter, PackedWeight>();

/** The packed form of a weight: that of the last call, unless its values may have changed since. */
export function packedWeight(weight: Parameter): PackedWeight {
  const last = cache.get(weight);
  if (last?.isFor(weight)) return last;
  last?.packed.dispose();
  const made = new PackedWeight(weight);
  cache.set(weight, made);
  return made;
}

/** Whether the shapes of a weight and a bias are those of one linear layer. */
export function isLinear({ shape }: Tensor, bias: Tensor | null): boolean {
  return shape.length === 2 && (bias === null || (bias.shape.length === 1 && bias.shape[0] === shape[0]));
}

/** A bias as the kernels want it: a copy, since they recognise it by its identity and a parameter may be written to. */
export function biasValues(bias: Tensor | null): Float32Array | null {
  return bias === null ? null : new Float32Array(valuesOf(bias));
}

/** Calls `use` with a chain of one linear layer, whose packed form is given back at once: for tensors of one call. */
export function withPackedWeight<R>(weight: Tensor, bias: Tensor | null, use: (layer: FusedLayers) => R): R {
  const packed = pack(weight);
  try {
    return use(kernels().fuse([{ packed, bias: biasValues(bias), relu: false }]));
  } finally {
    packed.dispose();
  }
}

/** Frees the packed form of a weight. The next call packs again. */
export function releasePacked(weight: Parameter): void {
  cache.get(weight)?.packed.dispose();
  cache.delete(weight);
}

function pack(weight: Tensor): PackedLinear {
  const [outFeatures, inFeatures] = weight.shape as [number, number];
  return kernels().pack(valuesOf(weight), outFeatures, inFeatures);
}
