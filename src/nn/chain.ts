/**
 * @file What a Sequential finds out about its modules: which of them nobody listens to, so that they hand their
 * activations on inside the kernels. What nobody observes never leaves WebAssembly.
 *
 *   Linear  ReLU  Linear  ReLU  Other  Linear  ReLU  Linear      Other: a module of the user's, or one with a hook
 *   └───────── run ─────────┘   call   └──────── run ────────┘
 */
import { activity, type Hookable, isQuiet, located } from '../hooks/index.ts';
import { kernels, type LinearChain } from '../kernels/index.ts';
import { Identity } from './identity.ts';
import { Linear } from './linear.ts';
import type { Module } from './module.ts';
import { checkAlone, checkNumbered, type ModuleArray } from './module-array.ts';
import { type PackedParameters, packedParameters } from './packed-weights.ts';
import { ReLU } from './relu.ts';
import { numberOfRows, withLast } from './shape.ts';
import { computed, Tensor } from './tensor.ts';

/** Linear layers, with ReLU or Identity between, of which each takes what the one before gives. */
class Run {
  /** All its modules, to be called one by one where the input does not fit: the error is then theirs. */
  readonly #modules: Hookable[] = [];
  readonly #linears: { readonly module: Linear; readonly parameters: PackedParameters; relu: boolean }[] = [];
  #chain: LinearChain | undefined;

  /** Takes a module in, if it can be part of this run. */
  append(module: Hookable): boolean {
    if (!isPlain(module)) return false;
    const last = this.#linears.at(-1);
    if (module.forward === Linear.prototype.forward) {
      const { weight, bias } = module as Linear;
      const parameters = packedParameters(weight, bias);
      if (last !== undefined && last.parameters.packed.outFeatures !== parameters.packed.inFeatures) return false;
      this.#linears.push({ module: module as Linear, parameters, relu: false });
    } else {
      if (last === undefined) return false;
      if (module.forward === ReLU.prototype.forward) last.relu = true;
      else if (module.forward !== Identity.prototype.forward) return false;
    }
    this.#modules.push(module);
    return true;
  }

  /** Whether its layers still have the parameters that were packed. */
  holds(): boolean {
    for (let i = 0; i < this.#linears.length; i++) {
      const { module, parameters } = this.#linears[i]!;
      if (!parameters.isFor(module.weight, module.bias)) return false;
    }
    return true;
  }

  call(input: Tensor): Tensor {
    const linears = this.#linears;
    const { inFeatures } = linears[0]!.parameters.packed;
    const { outFeatures } = linears[linears.length - 1]!.parameters.packed;
    if (!(input instanceof Tensor) || input.shape[input.shape.length - 1] !== inFeatures) {
      return this.#modules.reduce((value, module) => module(value) as Tensor, input);
    }
    this.#chain ??= kernels().chain(linears.map(({ parameters, relu }) => ({ packed: parameters.packed, relu })));
    try {
      const data = this.#chain.run(input.data as Float32Array, numberOfRows(input.shape));
      return computed(data, withLast(input.shape, outFeatures));
    } catch (error) {
      throw located(error, this.#modules[0]!);
    }
  }
}

export class Chain {
  // Everything that it was made from, to see whether it still is so.
  readonly #activity = activity;
  readonly #containers: { readonly container: ModuleArray; readonly size: number }[] = [];
  readonly #found: {
    readonly container: ModuleArray;
    readonly index: number;
    readonly module: Hookable;
    readonly forward: unknown;
  }[] = [];
  readonly #steps: (Run | Hookable)[] = [];

  /** @param forward Sequential's own: a container that has another is called like any module */
  constructor(container: ModuleArray, forward: unknown) {
    this.#add(container, forward);
  }

  #add(container: ModuleArray, forward: unknown): void {
    try {
      (container.forward === forward ? checkAlone : checkNumbered)(container);
    } catch (error) {
      throw located(error, container);
    }
    this.#containers.push({ container, size: container.size });
    for (let index = 0; index < container.size; index++) {
      const module = container[index]!;
      this.#found.push({ container, index, module, forward: module.forward });
      if (module.forward === forward && isPlain(module)) this.#add(module as ModuleArray, forward);
      else this.#append(module);
    }
  }

  #append(module: Hookable): void {
    const last = this.#steps.at(-1);
    if (last instanceof Run && last.append(module)) return;
    const run = new Run();
    this.#steps.push(run.append(module) ? run : module);
  }

  /** Whether all is still as it was found: the modules, who listens, and their parameters. */
  holds(): boolean {
    if (this.#activity !== activity) return false;
    const containers = this.#containers;
    for (let i = 0; i < containers.length; i++) {
      const { container, size } = containers[i]!;
      if (container.size !== size || Object.hasOwn(container, size)) return false;
    }
    const found = this.#found;
    for (let i = 0; i < found.length; i++) {
      const { container, index, module, forward } = found[i]!;
      if (container[index] !== module || module.forward !== forward) return false;
    }
    const steps = this.#steps;
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i]!;
      if (step instanceof Run && !step.holds()) return false;
    }
    return true;
  }

  call(input: Tensor): Tensor {
    const steps = this.#steps;
    let value = input;
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i]!;
      value = step instanceof Run ? step.call(value) : (step(value) as Tensor);
    }
    return value;
  }
}

/** Whether nobody could tell that a module was not called: nobody listens, and it does not promise to be asynchronous. */
function isPlain(module: Hookable): boolean {
  return isQuiet(module) && (module.constructor as Partial<typeof Module>).async !== true;
}
