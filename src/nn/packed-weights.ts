/** @file Weights in the form that the kernels want, made anew when a parameter has other values. */
import { kernels, type PackedLinear } from '../kernels/index.ts';
import { Parameter } from './parameter.ts';
import type { Tensor } from './tensor.ts';

interface Packed {
  readonly packed: PackedLinear;
  readonly weightVersion: number;
  readonly biasVersion: number | undefined;
}

/**
 * By weight, then by bias: two layers may share a weight and have biases of their own. When a weight is collected, so
 * are its packed forms, and the kernels free the memory.
 */
const cache = new WeakMap<Parameter, Map<Parameter | undefined, Packed>>();

/** So many layers may share a weight and have biases of their own, without packing again. */
const MOST_BIASES = 8;

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

/** The packed weights of parameters: those of the last call, unless a value was assigned since. */
function kept(weight: Parameter, bias: Parameter | undefined): PackedLinear {
  const byBias = cache.get(weight) ?? new Map<Parameter | undefined, Packed>();
  const last = byBias.get(bias);
  if (last !== undefined) {
    if (last.weightVersion === weight.version && last.biasVersion === bias?.version) return last.packed;
    byBias.delete(bias);
    last.packed.dispose();
  }
  // A new bias for each call would otherwise keep a copy of the weight each.
  const [oldest] = byBias;
  if (oldest !== undefined && byBias.size >= MOST_BIASES) {
    byBias.delete(oldest[0]);
    oldest[1].packed.dispose();
  }
  const packed = pack(weight, bias);
  byBias.set(bias, { packed, weightVersion: weight.version, biasVersion: bias?.version });
  cache.set(weight, byBias);
  return packed;
}

/** Frees the packed forms of a weight. The next call packs again. */
export function releasePacked(weight: Parameter): void {
  for (const { packed } of cache.get(weight)?.values() ?? []) packed.dispose();
  cache.delete(weight);
}

function pack(weight: Tensor, bias: Tensor | undefined): PackedLinear {
  const [outFeatures, inFeatures] = weight.shape as [number, number];
  return kernels().pack(weight.data, bias?.data ?? null, outFeatures, inFeatures);
}
