/**
 * @file A Sequential that is the first layer of another one. tfjs takes it apart: its layers are then the other's, and
 * nothing ever calls it. Its forward begins where its first layer is called and ends where its last one returns.
 */
import type { Container, Layer, Sequential } from './framework.ts';
import { isInputLayer, isSequential } from './framework.ts';

/** Whether something goes on from a Sequential's output without calling it. */
export function isTakenApart(layer: Layer): layer is Sequential {
  if (!isSequential(layer)) return false;
  const [output] = layer.outputs;
  return output?.sourceLayer.outboundNodes.some(({ inputTensors }) => inputTensors.includes(output)) ?? false;
}

export function firstLayer(container: Container): Layer {
  const first = container.layers.find((layer) => !isInputLayer(layer))!;
  return isSequential(first) ? firstLayer(first) : first;
}

export function lastLayer(container: Container): Layer {
  const last = container.layers.at(-1)!;
  // Only where it is also the first one was it taken apart; further back it is called.
  return container.layers.length === 1 && isSequential(last) ? lastLayer(last) : last;
}
