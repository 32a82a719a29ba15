import { backwardHooks, type RegisteredBackwardHook } from '../../src/adapter.ts';
import type { Hookable } from '../../src/index.ts';
import { type Core, isTensor, type Tensor, toList } from './framework.ts';
import { GradientTape, recordedIdentity } from './gradient-tape.ts';
import { splitInputs } from './inputs.ts';

type Gradients = readonly (Tensor | null)[];

/**
 * The backward hooks of one call, as PyTorch's BackwardHook runs them (torch/utils/hooks.py): inputs and outputs pass
 * through recorded identities, whose gradient functions run the hooks.
 *
 *     inputs → [enter] → the layer → [leave] → outputs
 *     grad input ← hooks(grad input, grad output) ← … ← pre-hooks(grad output) ← grad output
 */
export class BackwardPass {
  readonly #core: Core;
  readonly #hookable: Hookable;
  readonly #weights: () => Tensor[];
  readonly #preHooks: readonly RegisteredBackwardHook[];
  readonly #hooks: readonly RegisteredBackwardHook[];
  /** The indices of the inputs that can have gradients. */
  #indices: readonly number[] = [];
  #inputs = 0;
  #gradOutput: Gradients = [];

  private constructor(core: Core, hookable: Hookable, weights: () => Tensor[]) {
    this.#core = core;
    this.#hookable = hookable;
    this.#weights = weights;
    this.#preHooks = backwardHooks(hookable, 'backward-pre');
    this.#hooks = backwardHooks(hookable, 'backward');
  }

  /** With the hooks that are registered when forward runs, as in PyTorch; undefined if there are none. */
  static of(core: Core, hookable: Hookable, weights: () => Tensor[]): BackwardPass | undefined {
    const pass = new BackwardPass(core, hookable, weights);
    return pass.#preHooks.length + pass.#hooks.length === 0 ? undefined : pass;
  }

  enter(inputs: readonly unknown[]): readonly unknown[] {
    this.#inputs = splitInputs(inputs).tensors.length;
    this.#indices = differentiable(this.#core, inputs);
    if (this.#hooks.length === 0 || this.#indices.length === 0) return inputs;
    const passed = recordedIdentity(
      this.#core,
      this.#indices.map((i) => inputs[i] as Tensor),
      // The input of a model's first layer is rarely differentiated by. The weights make its hooks fire too.
      this.#weights(),
      (gradients) => this.#guard(() => this.#runHooks(gradients)),
    );
    const result = [...inputs];
    for (const [k, i] of this.#indices.entries()) result[i] = passed[k];
    return result;
  }

  leave(output: unknown): unknown {
    const outputs = toList(output);
    const indices = differentiable(this.#core, outputs);
    if (indices.length === 0) return output;
    const passed = recordedIdentity(
      this.#core,
      indices.map((i) => outputs[i] as Tensor),
      [],
      (gradients) => this.#guard(() => this.#runPreHooks(gradients, indices, outputs.length)),
    );
    for (const [k, i] of indices.entries()) outputs[i] = passed[k];
    return Array.isArray(output) ? outputs : outputs[0];
  }

  #runPreHooks(gradients: readonly Tensor[], indices: readonly number[], count: number): readonly Tensor[] {
    this.#gradOutput = spread(gradients, indices, count);
    for (const hook of this.#preHooks) {
      const result = hook.run(this.#hookable, this.#gradOutput);
      this.#gradOutput = this.#replaced('grad_output', hook, this.#gradOutput, result);
    }
    // Without a gradient by an input to wait for, the hooks run now, as in PyTorch.
    if (this.#indices.length === 0) this.#runHooks([]);
    return indices.map((i) => this.#gradOutput[i]!);
  }

  #runHooks(gradients: readonly Tensor[]): readonly Tensor[] {
    let gradInput = spread(gradients, this.#indices, this.#inputs);
    for (const hook of this.#hooks) {
      gradInput = this.#replaced('grad_input', hook, gradInput, hook.run(this.#hookable, gradInput, this.#gradOutput));
    }
    return this.#indices.map((i) => gradInput[i]!);
  }

  /** The gradients after a hook returned `result`, by PyTorch's rules and with its texts. */
  #replaced(what: string, hook: RegisteredBackwardHook, before: Gradients, result: unknown): Gradients {
    if (result === undefined || result === null) return before;
    const after = toList(result as Tensor | null);
    const where = `\n  in ${this.#hookable}\n  hook: ${hook.name}`;
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
      if (!isTensor(this.#core, given))
        throw new TypeError(`${what} ${i} must be a tensor${where}\n  expected: ${expected}`);
      const came = given.isDisposed ? 'a disposed tensor' : `${given.dtype} of shape [${given.shape.join(', ')}]`;
      if (came !== expected)
        throw new TypeError(`${what} ${i} cannot be that${where}\n  came: ${came}\n  expected: ${expected}`);
      return given;
    });
  }

  #guard<R>(run: () => R): R {
    try {
      return run();
    } catch (error) {
      GradientTape.latest(this.#core).disposeWithOutputs();
      throw error;
    }
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
