/**
 * @file A Sequential that is the first layer of another one. tfjs takes it apart: the outer one calls its layers, and
 * never the Sequential. Its forward begins when its first layer is called and ends when its last layer returns.
 */

import { callWithHooks } from './call-with-hooks.ts';
import { type Container, isInputLayer, isSequential, type Layer, type Sequential } from './framework.ts';
import { joinInputs } from './inputs.ts';
import { type LayerHooks, LayerInterceptor } from './layer-interceptor.ts';

/** Whether another model goes on from a Sequential's output without calling it. */
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
  // A last Sequential that is not also the first one is called.
  return container.layers.length === 1 && isSequential(last) ? lastLayer(last) : last;
}

/** Runs the hooks of a Sequential from its first to its last layer. @returns a function that undoes it */
export function hookEnds(sequential: Sequential, hooks: LayerHooks): () => void {
  let inputs: readonly unknown[] = [];
  const removeFirst = LayerInterceptor.of(firstLayer(sequential)).add({
    wrap(tensors, options, next) {
      inputs = joinInputs(tensors, options);
      return next(tensors, options);
    },
  });
  const removeLast = LayerInterceptor.of(lastLayer(sequential)).add({
    wrap(tensors, options, next) {
      const output = next(tensors, options);
      return hooks.skip ? output : callWithHooks(hooks, inputs, () => output);
    },
  });
  return () => {
    removeFirst();
    removeLast();
  };
}
