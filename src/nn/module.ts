import { className, describe } from '../check/index.ts';
import {
  ForwardError,
  Hookable,
  located,
  type ModuleParameter,
  namedModules,
  ownEntries,
  pathError,
  reachedByGlobalHooks,
} from '../hooks/index.ts';
import { releasePacked } from './packed-weights.ts';
import { isParameter, isParameterOfAnyCopy, type Parameter } from './parameter.ts';
import { replayRecipe } from './replay-recipe.ts';
import { moduleString, printed } from './repr.ts';
import { numberOfValues } from './shape.ts';
import { type IncompatibleKeys, loadStateDict, type StateDict } from './state-dict.ts';
import { Tensor, tensorReader, valuesOf } from './tensor.ts';

/**
 * PyTorch's nn.Module: own properties that hold modules are its children, those that hold parameters its parameters. A
 * subclass defines `forward` and is called like a function.
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
  /** A subclass sets this if its forward is asynchronous. Every call then returns a promise, and pre-hooks may be async. */
  static readonly async: boolean = false;

  /** For layers that behave differently in training. Set by {@link train} and {@link eval}. */
  training = true;

  constructor() {
    super({
      reader: tensorReader,
      async: new.target.async,
      parameters: ownParameters,
      replay: replayRecipe,
      [reachedByGlobalHooks]: true,
    });
  }

  // biome-ignore lint/suspicious/noExplicitAny: a subclass's forward may take anything
  override forward(..._inputs: any[]): unknown {
    throw new ForwardError(`Module [${className(this)}] is missing the required "forward" function`);
  }

  /** The parameters of this module and all below it, each once. */
  *parameters(): Generator<Parameter> {
    for (const [, parameter] of this.namedParameters()) yield parameter;
  }

  /**
   * The parameters by path, a module's own before those of its children; each once unless `removeDuplicate` is false.
   * @throws Error if two parameters or modules have the same path, or a parameter is of another copy of layertap
   */
  *namedParameters({ removeDuplicate = true }: { removeDuplicate?: boolean } = {}): Generator<[string, Parameter]> {
    const seen = new Set<Parameter>();
    const taken = new Map<string, { readonly parameter: Parameter; readonly of: string }>();
    for (const [path, module] of namedModules(this, { removeDuplicate })) {
      if (module instanceof Module) module.#checkedUnder(this);
      for (const [name, parameter] of ownEntries(module, isParameterOfAnyCopy)) {
        const full = path === '' ? name : `${path}.${name}`;
        if (!isParameter(parameter)) {
          throw new Error(
            `"${full}" of ${className(this)} must be a Parameter of this copy, got ${describe(parameter)}`,
          );
        }
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
   * Called before parameters are listed, copied or loaded. A class overrides it to throw if a field that must hold a
   * parameter does not.
   */
  checkParameters(): void {}

  /** @throws the error of {@link checkParameters}, with the path under `root` */
  #checkedUnder(root: Module): void {
    try {
      this.checkParameters();
    } catch (error) {
      throw located(located(error, this), root);
    }
  }

  /** Sets {@link training} here and on all modules below. @throws TypeError for anything but a boolean */
  train(mode = true): this {
    if (typeof mode !== 'boolean') {
      throw new TypeError(`training mode is expected to be boolean\n  got: ${describe(mode)}`);
    }
    // Listed first, so that a malformed tree throws before anything changes.
    for (const module of [...this.modules()]) if (module instanceof Module) module.training = mode;
    return this;
  }

  /** The same as `train(false)`. */
  eval(): this {
    return this.train(false);
  }

  /** Copies of all parameters by path; a shared one is under each of its paths. */
  stateDict(): Map<string, Tensor> {
    const copies = new Map<string, Tensor>();
    for (const [path, parameter] of this.namedParameters({ removeDuplicate: false })) {
      copies.set(path, new Tensor(valuesOf(parameter).slice(), parameter.shape));
    }
    return copies;
  }

  /**
   * Replaces parameters by those of a state dict: another module's, or `readSafetensors()`. If it throws, nothing has
   * changed.
   * @param options `strict`: missing and unexpected keys are errors. Default true
   * @returns the missing and the unexpected keys
   * @throws Error with PyTorch's text for keys (if strict) and shapes that do not fit
   */
  loadStateDict(stateDict: StateDict, options: { strict?: boolean } = {}): IncompatibleKeys {
    return loadStateDict(this, stateDict, options);
  }

  /**
   * Frees the memory of packed weights now instead of at garbage collection. The module can still be used: its next call
   * packs them again.
   */
  dispose(): void {
    for (const module of this.modules()) {
      for (const [, parameter] of ownEntries(module, isParameter)) releasePacked(parameter);
    }
  }

  /** What `String(module)` shows in parentheses, before the children. May have several lines. */
  extraRepr(): string {
    return '';
  }

  /** As PyTorch prints a module. */
  override toString(): string {
    return printed(this, () => moduleString(className(this), this.extraRepr(), this.namedChildren()));
  }
}

/** For summaries. */
function* ownParameters(module: object): Generator<ModuleParameter> {
  for (const [name, parameter] of ownEntries(module, isParameter)) {
    const { shape } = parameter;
    yield { name, shape, bytes: 4 * numberOfValues(shape), identity: parameter, values: () => valuesOf(parameter) };
  }
}
