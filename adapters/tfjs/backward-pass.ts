import { backwardHooks, type RegisteredBackwardHook } from '../../src/adapter.ts';
import type { Hookable } from '../../src/index.ts';
import { type Core, isTensor, type Tensor, toList } from './framework.ts';
import { GradientTape, recordedIdentity } from './gradient-tape.ts';
import { splitInputs } from './inputs.ts';

type Gradients = readonly (Tensor | null)[];

export interface BackwardPass {
  enter(inputs: readonly unknown[]): readonly unknown[];
  leave(output: unknown): unknown;
}

/**
 * The backward hooks of one call, as PyTorch's BackwardHook runs them (torch/utils/hooks.py): inputs and outputs pass
 * through recorded identities, whose gradient functions run the hooks.
 *
 *     inputs → [enter] → the layer → [leave] → outputs
 *     grad input ← hooks(grad input, grad output) ← … ← pre-hooks(grad output) ← grad output
 *
 * @returns undefined if there are no hooks. As in PyTorch, the hooks count that are registered when forward runs
 */
export function backwardPass(core: Core, hookable: Hookable, weights: () => Tensor[]): BackwardPass | undefined {
  const preHooks = backwardHooks(hookable, 'backward-pre');
  const hooks = backwardHooks(hookable, 'backward');
  if (preHooks.length + hooks.length === 0) return undefined;
  /** The indices of the inputs that can have gradients. */
  let indices: readonly number[] = [];
  let inputCount = 0;
  let gradOutput: Gradients = [];

  /** The gradients after a hook returned `result`, by PyTorch's rules and with its texts. */
  function replaced(hook: RegisteredBackwardHook, what: string, before: Gradients, result: unknown): Gradients {
    if (result === undefined || result === null) return before;
    const after = toList(result as Tensor | null);
    const where = `\n  in ${hookable}\n  hook: ${hook.name}`;
    if (after.length !== before.length) {
      throw new Error(
        `Backward hook returned an invalid number of ${what}, got ${after.length}, but expected ${before.length}${where}`,
      );
    }
    return before.map((gradient, i) => {
      const given: unknown = after[i];
      if (gradient === null) return null;
      if (given === undefined || given === null) return gradient;
      const expected = `float32 of shape [${gradient.shape.join(', ')}]`;
      if (!isTensor(core, given)) throw new TypeError(`${what} ${i} must be a tensor${where}\n  expected: ${expected}`);
      const came = given.isDisposed ? 'a disposed tensor' : `${given.dtype} of shape [${given.shape.join(', ')}]`;
      if (came !== expected)
        throw new TypeError(`${what} ${i} cannot be that${where}\n  got: ${came}\n  expected: ${expected}`);
      return given;
    });
  }

  const runHooks = (gradients: readonly Tensor[]): readonly Tensor[] => {
    let gradInput = spread(gradients, indices, inputCount);
    for (const hook of hooks) {
      const result = hook.run(hookable, gradInput, gradOutput);
      gradInput = replaced(hook, 'grad_input', gradInput, result);
    }
    return indices.map((i) => gradInput[i]!);
  };

  return {
    enter(inputs) {
      inputCount = splitInputs(inputs).tensors.length;
      indices = differentiable(core, inputs);
      if (hooks.length === 0 || indices.length === 0) return inputs;
      const tensors = indices.map((i) => inputs[i] as Tensor);
      // The input of a model's first layer is rarely differentiated by. The weights make its hooks fire too.
      const passed = recordedIdentity(core, tensors, weights(), (gradients) => guard(core, () => runHooks(gradients)));
      return withValues(inputs, indices, passed);
    },

    leave(output) {
      const outputs = toList(output);
      const outputIndices = differentiable(core, outputs);
      if (outputIndices.length === 0) return output;
      const runPreHooks = (gradients: readonly Tensor[]): readonly Tensor[] => {
        gradOutput = spread(gradients, outputIndices, outputs.length);
        for (const hook of preHooks) {
          gradOutput = replaced(hook, 'grad_output', gradOutput, hook.run(hookable, gradOutput));
        }
        // Without a gradient by an input to wait for, the hooks run now, as in PyTorch.
        if (indices.length === 0) runHooks([]);
        return outputIndices.map((i) => gradOutput[i]!);
      };
      const tensors = outputIndices.map((i) => outputs[i] as Tensor);
      const passed = recordedIdentity(core, tensors, [], (gradients) => guard(core, () => runPreHooks(gradients)));
      const result = withValues(outputs, outputIndices, passed);
      return Array.isArray(output) ? result : result[0];
    },
  };
}

function guard<R>(core: Core, run: () => R): R {
  try {
    return run();
  } catch (error) {
    new GradientTape(core).disposeWithOutputs();
    throw error;
  }
}

/** The indices of the values that can have gradients. */
function differentiable(core: Core, values: readonly unknown[]): number[] {
  return values.flatMap((value, i) => (isTensor(core, value) && value.dtype === 'float32' ? [i] : []));
}

function spread(gradients: readonly Tensor[], indices: readonly number[], count: number): Gradients {
  const all: (Tensor | null)[] = Array.from({ length: count }, () => null);
  for (const [k, i] of indices.entries()) all[i] = gradients[k]!;
  return all;
}

function withValues(list: readonly unknown[], indices: readonly number[], values: readonly unknown[]): unknown[] {
  const result = [...list];
  for (const [k, i] of indices.entries()) result[i] = values[k];
  return result;
}
