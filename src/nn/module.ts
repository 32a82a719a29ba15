import { className, describe } from '../check/index.ts';
import {
  ForwardError,
  Hookable,
  located,
  namedModules,
  ownEntries,
  pathError,
  reachedByGlobalHooks,
} from '../hooks/index.ts';
import { releasePacked } from './packed-weights.ts';
import { isParameter, isParameterOfAnyCopy, type Parameter } from './parameter.ts';
import { moduleString, printed } from './repr.ts';
import { type IncompatibleKeys, loadStateDict, type StateDict } from './state-dict.ts';
import { Tensor, tensorReader, valuesOf } from './tensor.ts';

/**
 * What PyTorch's nn.Module is: own properties that hold modules are its children, those that hold parameters its
 * parameters; a subclass has a `forward` and is called like a function.
 *
 * @example
 * class Network extends Module {
 *   fc1 = new Linear(10, 20);
 *   fc2 = new Linear(20, 2);
 *   forward(x: Tensor): Tensor {
 *     return this.fc2(relu(this.fc1(x)));
 *   }
 * }
 */
export class Module extends Hookable {
  static readonly className: string = 'Module';
  /** A subclass sets this where its forward is asynchronous: then every call gives a promise, and pre-hooks may wait. */
  static readonly async: boolean = false;

  /** Set by {@link train} and {@link eval}; for layers that behave differently in training. */
  training = true;

  constructor() {
    super({ reader: tensorReader, async: new.target.async, [reachedByGlobalHooks]: true });
  }

  // biome-ignore lint/suspicious/noExplicitAny: a subclass's forward may take anything
  override forward(..._inputs: any[]): unknown {
    throw new ForwardError(`Module [${className(this)}] is missing the required "forward" function`);
  }

  /** All parameters of this module and those below it, each once. */
  *parameters(): Generator<Parameter> {
    for (const [, parameter] of this.namedParameters()) yield parameter;
  }

  /**
   * All parameters with their paths: a module's own before those of its children, each once unless `removeDuplicate` is
   * false.
   * @throws Error where two parameters or two modules have one path, or where one is of another copy of layertap
   */
  *namedParameters({ removeDuplicate = true }: { removeDuplicate?: boolean } = {}): Generator<[string, Parameter]> {
    const seen = new Set<Parameter>();
    const taken = new Map<string, { readonly parameter: Parameter; readonly of: string }>();
    for (const [path, module] of namedModules(this, { removeDuplicate })) {
      if (module instanceof Module) module.#checkedUnder(this);
      for (const [name, parameter] of ownEntries(module, isParameterOfAnyCopy)) {
        const full = path === '' ? name : `${path}.${name}`;
        if (!isParameter(parameter)) throw foreignParameter(this, full, parameter);
        const entry = { parameter, of: `"${name}" of ${path || className(module)}` };
        const other = taken.get(full);
        if (other === undefined) taken.set(full, entry);
        else if (other.parameter !== parameter) throw pathError(this, 'parameters', full, other.of, entry.of);
        if (removeDuplicate && seen.has(parameter)) continue;
        seen.add(parameter);
        yield [full, parameter];
      }
    }
  }

  /**
   * Asked before parameters are listed, copied or loaded: a class whose fields must be parameters throws where one of them
   * is not, since it would silently be missing.
   */
  checkParameters(): void {}

  /** @throws what {@link checkParameters} throws, with the path under `root` */
  #checkedUnder(root: Module): void {
    try {
      this.checkParameters();
    } catch (error) {
      throw located(located(error, this), root);
    }
  }

  /** Sets {@link training} here and below. @throws TypeError for anything but true or false */
  train(mode = true): this {
    if (typeof mode !== 'boolean') {
      throw new TypeError(`training mode is expected to be boolean\n  came: ${describe(mode)}`);
    }
    // Collected first: where the tree cannot be walked, nothing changes.
    for (const module of [...this.modules()]) if (module instanceof Module) module.training = mode;
    return this;
  }

  /** The same as `train(false)`. */
  eval(): this {
    return this.train(false);
  }

  /** A copy of all parameters by path, a shared one under each of its paths. */
  stateDict(): Map<string, Tensor> {
    const entries = [...this.namedParameters({ removeDuplicate: false })];
    return new Map(
      entries.map(([path, parameter]) => [path, new Tensor(valuesOf(parameter).slice(), parameter.shape)]),
    );
  }

  /**
   * Replaces parameters by those of a state dict: another module's, or what `readSafetensors` gives. All of them or
   * none: where it throws, nothing has changed.
   * @param options `strict`: missing and unexpected keys are errors. Default true
   * @returns the keys that were missing and those that nobody expected
   * @throws Error in PyTorch's words for keys (if strict) and shapes that do not fit
   */
  loadStateDict(stateDict: StateDict, options: { strict?: boolean } = {}): IncompatibleKeys {
    return loadStateDict(this, stateDict, options);
  }

  /**
   * Gives the memory of packed weights back now, instead of when the module is collected. The module can still be
   * used: its next call packs again.
   */
  dispose(): void {
    for (const module of this.modules()) {
      for (const [, parameter] of ownEntries(module, isParameter)) releasePacked(parameter);
    }
  }

  /** What `String(module)` shows between the brackets, before the children; several lines are allowed. */
  extraRepr(): string {
    return '';
  }

  /** Printed as PyTorch prints a module. */
  override toString(): string {
    return printed(this, () => moduleString(className(this), this.extraRepr(), this.namedChildren()));
  }
}

function foreignParameter(root: Module, path: string, parameter: unknown): Error {
  return new Error(`"${path}" of ${className(root)} is ${describe(parameter)}\n  expected: a Parameter of this copy`);
}
