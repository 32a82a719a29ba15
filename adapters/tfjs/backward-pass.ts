import { backwardHooks, type RegisteredBackwardHook } from '../../src/adapter.ts';
import type { Hookable } from '../../src/index.ts';
import { type Core, isTensor, type Tensor, toList } from './framework.ts';
import { GradientTape } from './gradient-tape.ts';
import { splitInputs } from './inputs.ts';
import { recordedIdentity } from './through-tape.ts';

type Gradients = readonly (Tensor | null)[];

/**
 * The backward hooks of one call, as PyTorch's BackwardHook does it (torch/utils/hooks.py): the inputs and the outputs
 * pass identities that are recorded, and whose gradients run the hooks.
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
  /** Where among the inputs those stand that can have gradients. */
  #places: readonly number[] = [];
  #inputs = 0;
  #gradOutput: Gradients = [];

  private constructor(
    core: Core,
    hookable: Hookable,
    weights: () => Tensor[],
    preHooks: RegisteredBackwardHook[],
    hooks: RegisteredBackwardHook[],
  ) {
    this.#core = core;
    this.#hookable = hookable;
    this.#weights = weights;
    this.#preHooks = preHooks;
    this.#hooks = hooks;
  }

  /** Those that are registered when forward runs, as in PyTorch; undefined where there are none. */
  static of(core: Core, hookable: Hookable, weights: () => Tensor[]): BackwardPass | undefined {
    const preHooks = backwardHooks(hookable, 'backward-pre');
    const hooks = backwardHooks(hookable, 'backward');
    return preHooks.length + hooks.length === 0
      ? undefined
      : new BackwardPass(core, hookable, weights, preHooks, hooks);
  }

  enter(inputs: readonly unknown[]): readonly unknown[] {
    this.#inputs = splitInputs(inputs).tensors.length;
    this.#places = inputs.flatMap((value, i) => (hasGradient(this.#core, value) ? [i] : []));
    if (this.#hooks.length === 0 || this.#places.length === 0) return inputs;
    const passed = recordedIdentity(
      this.#core,
      this.#places.map((i) => inputs[i] as Tensor),
      // They make the first layer of a model, whose input nobody differentiates by, fire too.
      this.#weights(),
      (gradients) => this.#guard(() => this.#fire(gradients)),
    );
    const result = [...inputs];
    for (const [k, i] of this.#places.entries()) result[i] = passed[k];
    return result;
  }

  leave(output: unknown): unknown {
    const outputs = toList(output);
    const places = outputs.flatMap((value, i) => (hasGradient(this.#core, value) ? [i] : []));
    if (places.length === 0) return output;
    const passed = recordedIdentity(
      this.#core,
      places.map((i) => outputs[i] as Tensor),
      [],
      (gradients) => this.#guard(() => this.#start(gradients, places, outputs.length)),
    );
    for (const [k, i] of places.entries()) outputs[i] = passed[k];
    return Array.isArray(output) ? outputs : outputs[0];
  }

  /** The gradients of the outputs have come: the pre-hooks may replace them. */
  #start(gradients: readonly Tensor[], places: readonly number[], count: number): readonly Tensor[] {
    this.#gradOutput = spread(gradients, places, count);
    for (const hook of this.#preHooks) {
      this.#gradOutput = this.#replaced(
        'grad_output',
        hook,
        this.#gradOutput,
        hook.run(this.#hookable, this.#gradOutput),
      );
    }
    // No input has a gradient: this is the moment, as in PyTorch.
    if (this.#places.length === 0) this.#fire([]);
    return places.map((i) => this.#gradOutput[i]!);
  }

  /** The gradients of the inputs have come. */
  #fire(gradients: readonly Tensor[]): readonly Tensor[] {
    let gradInput: Gradients = spread(gradients, this.#places, this.#inputs);
    for (const hook of this.#hooks) {
      gradInput = this.#replaced('grad_input', hook, gradInput, hook.run(this.#hookable, gradInput, this.#gradOutput));
    }
    return this.#places.map((i) => gradInput[i]!);
  }

  /** The gradients after a hook returned `result`: PyTorch's rules, and its words where it has some. */
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
      const wanted = `float32 of shape [${gradient.shape.join(', ')}]`;
      if (!isTensor(this.#core, given))
        throw new TypeError(`${what} ${i} must be a tensor${where}\n  expected: ${wanted}`);
      const came = given.isDisposed ? 'a disposed tensor' : `${given.dtype} of shape [${given.shape.join(', ')}]`;
      if (came !== wanted)
        throw new TypeError(`${what} ${i} cannot be that${where}\n  came: ${came}\n  expected: ${wanted}`);
      return given;
    });
  }

  #guard<R>(run: () => R): R {
    try {
      return run();
    } catch (error) {
      GradientTape.recorded(this.#core).disposeWithOutputs();
      throw error;
    }
  }
}

const hasGradient = (core: Core, value: unknown) => isTensor(core, value) && value.dtype === 'float32';

function spread(gradients: readonly Tensor[], places: readonly number[], count: number): Gradients {
  const all: (Tensor | null)[] = Array.from({ length: count }, () => null);
  for (const [k, i] of places.entries()) all[i] = gradients[k]!;
  return all;
}
