/**
 * @file What a Sequential does next: calls one module, or computes layers that have no listeners without calling them,
 * which hand their activations on inside the kernels. What nobody observes never leaves WebAssembly.
 *
 *   Linear  ReLU  Linear  ReLU  Other  Linear  ReLU  Linear      Other: a module of the user's, or one with a hook
 *   └──────── fused ────────┘   call   └─────── fused ──────┘
 *
 * A hook or a module of the user's may change anything while the Sequential is running. So a step is planned, and what
 * it was planned from is checked, just before it runs. While it runs, no code but the library's does.
 */
import { activity, type Hookable, isHookable, isQuiet, located } from '../hooks/index.ts';
import { type FusedLayers, kernels } from '../kernels/index.ts';
import { Identity } from './identity.ts';
import { Linear } from './linear.ts';
import type { Module } from './module.ts';
import { isAlone, type ModuleArray, wrongModule } from './module-array.ts';
import { biasValues, isLinear, type PackedWeight, packedWeight } from './packed-weights.ts';
import { isParameter, type Parameter } from './parameter.ts';
import { ReLU } from './relu.ts';
import { numberOfRows, withLast } from './shape.ts';
import { computed, Tensor, valuesOf } from './tensor.ts';

/** As they were when the library was loaded: a forward that is put on a prototype later is called like any other. */
const LINEAR = Linear.prototype.forward;
const RELU = ReLU.prototype.forward;
const IDENTITY = Identity.prototype.forward;

/** A module as it was found in its container. */
interface Found {
  readonly container: ModuleArray;
  readonly index: number;
  readonly module: Hookable;
  readonly forward: unknown;
  /** How many modules it has, if it is a Sequential that was fused; otherwise -1. */
  readonly size: number;
}

/** A linear layer, and whether ReLU follows. */
interface FusedLinear {
  readonly module: Linear;
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly biasVersion: number;
  readonly packed: PackedWeight;
  relu: boolean;
}

/** What Sequential tells of itself: this file cannot import it. */
export interface SequentialClass {
  /** Its own: a container that has another is called like any module. */
  readonly forward: unknown;
  /** Drops what one has planned. */
  readonly forget: (sequential: ModuleArray) => void;
}

export class SequentialStep {
  /** The index at which the next step begins. */
  readonly end: number;
  readonly #activity = activity;
  /** What begins the step: the one module of it where nothing is fused. */
  readonly #first: Found;
  /** Everything behind it that was fused. */
  readonly #others: readonly Found[];
  readonly #fused: readonly FusedLinear[];
  #chain: FusedLayers | undefined;

  /**
   * @param sequential what Sequential is
   * @throws ForwardError where something else than a module was written to an index
   */
  constructor(container: ModuleArray, start: number, sequential: SequentialClass) {
    divided.delete(container);
    const segment = new Segment(sequential);
    let end = start;
    while (end < container.size && segment.take(container, end)) end++;
    this.#fused = segment.linears;
    const isFused = segment.linears.length > 0;
    this.#first = isFused ? segment.found[0]! : find(container, start);
    this.#others = isFused ? segment.found.slice(1) : [];
    this.end = isFused ? end : start + 1;
  }

  /** Whether everything is as it was found: the modules, their listeners, their forwards and their parameters. */
  holds(): boolean {
    if (this.#activity !== activity || !isAsFound(this.#first)) return false;
    const others = this.#others;
    const fused = this.#fused;
    for (let i = 0; i < others.length; i++) if (!isAsFound(others[i]!)) return false;
    for (let i = 0; i < fused.length; i++) {
      const { module, weight, bias, biasVersion, packed } = fused[i]!;
      if (module.weight !== weight || !packed.isFor(weight)) return false;
      if (module.bias !== bias || (bias !== null && bias.version !== biasVersion)) return false;
    }
    return true;
  }

  call(input: Tensor): Tensor {
    const fused = this.#fused;
    if (fused.length === 0) return this.#first.module(input) as Tensor;
    const first = fused[0]!;
    const { outFeatures } = fused[fused.length - 1]!.packed.packed;
    // An input that does not fit is the error of the first layer, and the same one as without fusing.
    if (!(input instanceof Tensor) || input.shape[input.shape.length - 1] !== first.packed.packed.inFeatures) {
      return first.module(input);
    }
    try {
      this.#chain ??= kernels().fuse(
        fused.map(({ packed, bias, relu }) => ({ packed: packed.packed, bias: biasValues(bias), relu })),
      );
      const data = this.#chain.run(valuesOf(input), numberOfRows(input.shape));
      return computed(data, withLast(input.shape, outFeatures));
    } catch (error) {
      throw located(error, first.module);
    }
  }
}

/**
 * Sequentials that something inside keeps from being fused as a whole, and the activity at which that was found. Without it
 * a nested one would be looked through again by each Sequential above it.
 */
const divided = new WeakMap<ModuleArray, number>();

/** Collects Linear layers, with ReLU or Identity between, of which each takes what the one before gives. */
class Segment {
  readonly found: Found[] = [];
  readonly linears: FusedLinear[] = [];
  readonly #sequential: SequentialClass;
  /** Whether a module was met that no segment could take in. */
  #divided = false;

  constructor(sequential: SequentialClass) {
    this.#sequential = sequential;
  }

  /** Takes in the module at an index if it can be a part of this segment; a Sequential as a whole, or not at all. */
  take(container: ModuleArray, index: number): boolean {
    const { module, forward } = find(container, index);
    if (!isPlain(module)) {
      this.#divided = true;
      return false;
    }
    if (forward !== this.#sequential.forward) {
      if (!this.#append(module, forward)) return false;
      this.found.push({ container, index, module, forward, size: -1 });
      return true;
    }
    const nested = module as ModuleArray;
    // One that is not well-formed says so when it is called.
    if (divided.get(nested) === activity || !isAlone(nested)) return false;
    const [foundBefore, linearsBefore] = [this.found.length, this.linears.length];
    const reluBefore = this.linears.at(-1)?.relu ?? false;
    this.found.push({ container, index, module, forward, size: nested.size });
    let taken = 0;
    while (taken < nested.size && this.take(nested, taken)) taken++;
    if (taken === nested.size) {
      // It may not be called for long, and would keep modules alive that were replaced.
      this.#sequential.forget(nested);
      return true;
    }
    this.found.length = foundBefore;
    this.linears.length = linearsBefore;
    const last = this.linears.at(-1);
    if (last !== undefined) last.relu = reluBefore;
    if (this.#divided) divided.set(nested, activity);
    return false;
  }

  #append(module: Hookable, forward: unknown): boolean {
    const last = this.linears.at(-1);
    if (forward === LINEAR) {
      const linear = module as Linear;
      const { weight, bias } = linear;
      if (!isParameter(weight) || (bias !== null && !isParameter(bias)) || !isLinear(weight, bias)) return false;
      if (last !== undefined && last.weight.shape[0] !== weight.shape[1]) return false;
      const biasVersion = bias === null ? 0 : bias.version;
      this.linears.push({ module: linear, weight, bias, biasVersion, packed: packedWeight(weight), relu: false });
      return true;
    }
    if (forward !== RELU && forward !== IDENTITY) {
      this.#divided = true;
      return false;
    }
    if (last === undefined) return false;
    if (forward === RELU) last.relu = true;
    return true;
  }
}

/** What is at an index of a container. @throws ForwardError where that is no module */
function find(container: ModuleArray, index: number): Found {
  const module: Hookable = container[index]!;
  if (!isHookable(module)) wrongModule(container, index);
  return { container, index, module, forward: module.forward, size: -1 };
}

function isAsFound({ container, index, module, forward, size }: Found): boolean {
  if (container[index] !== module || module.forward !== forward) return false;
  return size < 0 || ((module as ModuleArray).size === size && !Object.hasOwn(module, size));
}

/** Whether a module may be computed without being called: it has no listeners, and its calls give no promises. */
function isPlain(module: Hookable): boolean {
  return isQuiet(module) && (module.constructor as Partial<typeof Module>).async !== true;
}
