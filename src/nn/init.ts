/** @file Initial values of layers, as torch.nn.init draws them. */
import { uniform } from './random.ts';

/**
 * He et al. 2015, as `torch.nn.init.kaiming_uniform_` with its defaults for a leaky ReLU: uniform within
 * ±sqrt(3) · gain / sqrt(fanIn), where gain = sqrt(2 / (1 + slope²)).
 */
export function kaimingUniform(data: Float32Array, fanIn: number, slope: number): Float32Array {
  if (data.length === 0) return data;
  const gain = Math.sqrt(2 / (1 + slope ** 2));
  const bound = Math.sqrt(3) * (gain / Math.sqrt(fanIn));
  return uniform(data, -bound, bound);
}

/** Uniform within ±1 / sqrt(fanIn); zeros where nothing comes in. */
export function fanInUniform(data: Float32Array, fanIn: number): Float32Array {
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
  return uniform(data, -bound, bound);
}
