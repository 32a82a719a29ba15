/**
 * @file How a Sequential runs: step by step. A step calls one module, or computes a segment of layers without registrations
 * in a single kernel call, so that their activations never leave WebAssembly.
 *
 *   Linear  ReLU  Linear  ReLU  Other  Linear  ReLU  Linear      Other: a user's module, or one with a hook
 *   └──────── fused ────────┘   call   └─────── fused ──────┘
 *
 * Hooks and users' modules may change anything during a pass, so each step is validated just before it runs, and planned
 * anew if it is stale. A fused segment runs no user code.
 */
import { activity, type Hookable, isHookable, isQuiet, located } from '../hooks/index.ts';
import { type FusedLayers, kernels } from '../kernels/index.ts';
import { Identity } from './identity.ts';
import { Linear } from './linear.ts';
import type { Module } from './module.ts';
import { checkNumbered, type ModuleArray, throwNotModule } from './module-array.ts';
import { biasValues, fitsLinear, type PackedWeight, packedWeight } from './packed-weights.ts';
import { isParameter, type Parameter } from './parameter.ts';
import { ReLU } from './relu.ts';
import { numberOfRows, withLast } from './shape.ts';
import { computed, Tensor, valuesOf } from './tensor.ts';

/** Captured at load time: a forward that replaces one of these on its prototype is called like any other. */
const LINEAR = Linear.prototype.forward;
const RELU = ReLU.prototype.forward;
const IDENTITY = Identity.prototype.forward;

/** A module in its container, as the step was planned with it. */
interface Slot {
  readonly container: ModuleArray;
  readonly index: number;
  readonly module: Hookable;
  readonly forward: unknown;
  /** The size of a Sequential that was fused; -1 for any other module. */
  readonly size: number;
}

interface FusedLinear {
  readonly module: Linear;
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly biasVersion: number;
  readonly packed: PackedWeight;
  relu: boolean;
}

/** The parts of Sequential that this file needs and cannot import. */
export interface SequentialClass {
  /** A subclass with another forward is called like any module. */
  readonly forward: unknown;
  readonly dropPlan: (sequential: ModuleArray) => void;
}

/** One step of a pass: a call of a module, or a fused segment. */
export class PlanStep {
  /** The index at which the next step begins. */
  readonly end: number;
  readonly #activity = activity;
  readonly #first: Slot;
  /** The rest of a fused segment. */
  readonly #others: readonly Slot[];
  readonly #linears: readonly FusedLinear[];
  #layers: FusedLayers | undefined;

  /** @throws ForwardError if an index holds anything but a module */
  constructor(container: ModuleArray, start: number, sequential: SequentialClass) {
    unfusable.delete(container);
    const segment = new FusedSegment(sequential);
    let end = start;
    while (end < container.size && segment.take(container, end)) end++;
    this.#linears = segment.linears;
    const isFused = segment.linears.length > 0;
    this.#first = isFused ? segment.slots[0]! : readSlot(container, start);
    this.#others = isFused ? segment.slots.slice(1) : [];
    this.end = isFused ? end : start + 1;
  }

  /** Whether the modules, their registrations, forwards and parameters are those of the plan. */
  isCurrent(): boolean {
    if (this.#activity !== activity || !isUnchanged(this.#first)) return false;
    const others = this.#others;
    const linears = this.#linears;
    for (let i = 0; i < others.length; i++) if (!isUnchanged(others[i]!)) return false;
    for (let i = 0; i < linears.length; i++) {
      const { module, weight, bias, biasVersion, packed } = linears[i]!;
      if (module.weight !== weight || !packed.isCurrent(weight)) return false;
      if (module.bias !== bias || (bias !== null && bias.version !== biasVersion)) return false;
    }
    return true;
  }

  run(input: Tensor): Tensor {
    const linears = this.#linears;
    if (linears.length === 0) return this.#first.module(input) as Tensor;
    const first = linears[0]!;
    const { outFeatures } = linears[linears.length - 1]!.packed.packed;
    // The first layer throws the same error for a bad input as without fusing.
    if (!(input instanceof Tensor) || input.shape[input.shape.length - 1] !== first.packed.packed.inFeatures) {
      return first.module(input);
    }
    try {
      this.#layers ??= kernels().fuse(
        linears.map(({ packed, bias, relu }) => ({ packed: packed.packed, bias: biasValues(bias), relu })),
      );
      const data = this.#layers.run(valuesOf(input), numberOfRows(input.shape));
      return computed(data, withLast(input.shape, outFeatures));
    } catch (error) {
      throw located(error, first.module);
    }
  }
}

/**
 * Sequentials that cannot be fused as a whole, and the activity at which that was found. Otherwise each Sequential above a
 * nested one would search it again.
 */
const unfusable = new WeakMap<ModuleArray, number>();

/** Collects Linear layers, with ReLU or Identity between, that fit one after the other. */
class FusedSegment {
  readonly slots: Slot[] = [];
  readonly linears: FusedLinear[] = [];
  readonly #sequential: SequentialClass;
  /** Whether it has met a module that no segment can contain. */
  #isBroken = false;

  constructor(sequential: SequentialClass) {
    this.#sequential = sequential;
  }

  /** Adds the module at an index if it can be fused; a Sequential as a whole or not at all. */
  take(container: ModuleArray, index: number): boolean {
    const { module, forward } = readSlot(container, index);
    if (!isPlain(module)) {
      this.#isBroken = true;
      return false;
    }
    if (forward !== this.#sequential.forward) {
      if (!this.#append(module, forward)) return false;
      this.slots.push({ container, index, module, forward, size: -1 });
      return true;
    }
    const nested = module as ModuleArray;
    // A malformed one throws when it is called.
    if (unfusable.get(nested) === activity || !isWellFormed(nested)) return false;
    const [slotsBefore, linearsBefore] = [this.slots.length, this.linears.length];
    const reluBefore = this.linears.at(-1)?.relu ?? false;
    this.slots.push({ container, index, module, forward, size: nested.size });
    let taken = 0;
    while (taken < nested.size && this.take(nested, taken)) taken++;
    if (taken === nested.size) {
      // Its own plan would keep replaced modules alive.
      this.#sequential.dropPlan(nested);
      return true;
    }
    this.slots.length = slotsBefore;
    this.linears.length = linearsBefore;
    const last = this.linears.at(-1);
    if (last !== undefined) last.relu = reluBefore;
    if (this.#isBroken) unfusable.set(nested, activity);
    return false;
  }

  #append(module: Hookable, forward: unknown): boolean {
    const last = this.linears.at(-1);
    if (forward === LINEAR) {
      const linear = module as Linear;
      const { weight, bias } = linear;
      if (!isParameter(weight) || (bias !== null && !isParameter(bias)) || !fitsLinear(weight, bias)) return false;
      if (last !== undefined && last.weight.shape[0] !== weight.shape[1]) return false;
      const biasVersion = bias === null ? 0 : bias.version;
      this.linears.push({ module: linear, weight, bias, biasVersion, packed: packedWeight(weight), relu: false });
      return true;
    }
    if (forward !== RELU && forward !== IDENTITY) {
      this.#isBroken = true;
      return false;
    }
    if (last === undefined) return false;
    if (forward === RELU) last.relu = true;
    return true;
  }
}

/** @throws ForwardError if the index holds anything but a module */
function readSlot(container: ModuleArray, index: number): Slot {
  const module: Hookable = container[index]!;
  if (!isHookable(module)) throwNotModule(container, index);
  return { container, index, module, forward: module.forward, size: -1 };
}

function isUnchanged({ container, index, module, forward, size }: Slot): boolean {
  if (container[index] !== module || module.forward !== forward) return false;
  return size < 0 || ((module as ModuleArray).size === size && !Object.hasOwn(module, size));
}

function isWellFormed(sequential: ModuleArray): boolean {
  try {
    checkNumbered(sequential, true);
    return true;
  } catch {
    return false;
  }
}

/** Whether a module may be computed without a call: it has no registrations and is not asynchronous. */
function isPlain(module: Hookable): boolean {
  return isQuiet(module) && (module.constructor as Partial<typeof Module>).async !== true;
}
