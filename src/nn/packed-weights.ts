/** @file Weights in the form that the kernels want, made anew when a parameter has other values. */
import { kernels, type PackedLinear } from '../kernels/index.ts';
import { Parameter } from './parameter.ts';
import type { Tensor } from './tensor.ts';

interface Packed {
  readonly packed: PackedLinear;
  readonly weightVersion: number;
  readonly bias: Parameter | undefined;
  readonly biasVersion: number | undefined;
}

/** By weight. When a parameter is collected, so is its packed form, and the kernels free the memory. */
const cache = new WeakMap<Parameter, Packed>();

/**
 * Calls `use` with packed weights. Those of parameters are kept for the next call; those of plain tensors, which
 * nobody may ever use again, are given back at once.
 */
export function withPackedWeights<R>(weight: Tensor, bias: Tensor | undefined, use: (packed: PackedLinear) => R): R {
  if (weight instanceof Parameter && (bias === undefined || bias instanceof Parameter)) return use(kept(weight, bias));
  const packed = pack(weight, bias);
  try {
    return use(packed);
  } finally {
    packed.dispose();
  }
}

/** The packed weights of parameters: the ones of the last call, unless a value was assigned since. */
export function kept(weight: Parameter, bias: Parameter | undefined): PackedLinear {
  const last = cache.get(weight);
  if (
    last !== undefined &&
    last.weightVersion === weight.version &&
    last.bias === bias &&
    last.biasVersion === bias?.version
  ) {
    return last.packed;
  }
  releasePacked(weight);
  const packed = pack(weight, bias);
  cache.set(weight, { packed, weightVersion: weight.version, bias, biasVersion: bias?.version });
  return packed;
}

/** Frees the packed form of a weight, if there is one. The next call packs again. */
export function releasePacked(weight: Parameter): void {
  cache.get(weight)?.packed.dispose();
  cache.delete(weight);
}

function pack(weight: Tensor, bias: Tensor | undefined): PackedLinear {
  const [outFeatures, inFeatures] = weight.shape as [number, number];
  return kernels().pack(weight.data, bias?.data ?? null, outFeatures, inFeatures);
}
