/**
 * @file How a Sequential runs: step by step. A step calls one module, or computes a segment of layers without registrations
 * in a single kernel call, so that their activations never leave WebAssembly.
 *
 *   Linear  ReLU  Linear  ReLU  Other  Linear  ReLU  Linear      Other: a user's module, or one with a hook
 *   └──────── fused ────────┘   call   └─────── fused ──────┘
 *
 * A segment also ends at a module whose observers only read its output. They read it in WebAssembly, where the next segment
 * continues with it.
 *
 * Hooks and users' modules may change anything during a pass, so each step is validated just before it runs, and planned
 * anew if it is stale. A fused segment runs no user code.
 */
import {
  activity,
  type Hookable,
  isHookable,
  isOnlyRead,
  isQuiet,
  type Listeners,
  listenersOf,
  located,
} from '../hooks/index.ts';
import { type FusedLayers, kernels } from '../kernels/index.ts';
import { Identity } from './identity.ts';
import { InsideTensor, insideReader } from './inside-tensor.ts';
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
  readonly #container: ModuleArray;
  readonly #start: number;
  /** Whether it was planned for an input inside the kernels. */
  readonly #inside: boolean;
  readonly #isFused: boolean;
  /** Whether such an input first passes a ReLU. */
  readonly #startsWithRelu: boolean;
  /** The observers of the last module of a fused segment, if it has any. */
  readonly #readers: { readonly module: Hookable; readonly listeners: Listeners } | undefined;
  readonly #first: Slot;
  /** The rest of a fused segment. */
  readonly #others: readonly Slot[];
  readonly #linears: readonly FusedLinear[];
  #layers: FusedLayers | undefined;

  /**
   * @param inside whether the input is inside the kernels
   * @throws ForwardError if an index holds anything but a module
   */
  constructor(container: ModuleArray, start: number, sequential: SequentialClass, inside: boolean) {
    unfusable.delete(container);
    const segment = new FusedSegment(sequential, inside);
    let end = start;
    let last: Hookable | undefined;
    while (end < container.size && last === undefined && segment.take(container, end)) {
      const module = container[end++]!;
      if (isOnlyRead(module)) last = module;
    }
    this.#container = container;
    this.#start = start;
    this.#inside = inside;
    this.#startsWithRelu = segment.startsWithRelu;
    this.#linears = segment.linears;
    const isFused = segment.linears.length > 0 || (inside && end > start);
    this.#isFused = isFused;
    this.#readers = isFused && last !== undefined ? { module: last, listeners: listenersOf(last) } : undefined;
    this.#first = isFused ? segment.slots[0]! : readSlot(container, start);
    this.#others = isFused ? segment.slots.slice(1) : [];
    this.end = isFused ? end : start + 1;
  }

  /**
   * Whether the modules, their registrations, forwards and parameters are those of the plan.
   * @param inside whether the input is inside the kernels
   */
  isCurrent(inside: boolean): boolean {
    if (this.#activity !== activity || this.#inside !== inside || !isUnchanged(this.#first)) return false;
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

  /** Whether the output may be inside the kernels. */
  get hasReaders(): boolean {
    return this.#readers !== undefined;
  }

  /** @param input inside the kernels if the step was planned so. Taken if the step succeeds */
  run(input: Tensor | InsideTensor): Tensor | InsideTensor {
    if (this.#inside || this.#readers !== undefined) return this.#runInside(input);
    return this.#run(input as Tensor);
  }

  #run(input: Tensor): Tensor {
    const linears = this.#linears;
    if (linears.length === 0) return this.#first.module(input) as Tensor;
    const first = linears[0]!;
    const { outFeatures } = linears[linears.length - 1]!.packed.packed;
    // The first layer throws the same error for a bad input as without fusing.
    if (!(input instanceof Tensor) || input.shape[input.shape.length - 1] !== first.packed.packed.inFeatures) {
      return first.module(input);
    }
    try {
      const data = this.#fused().run(valuesOf(input), numberOfRows(input.shape));
      return computed(data, withLast(input.shape, outFeatures));
    } catch (error) {
      throw located(error, first.module);
    }
  }

  #fused(): FusedLayers {
    this.#layers ??= kernels().fuse(
      this.#linears.map(({ packed, bias, relu }) => ({ packed: packed.packed, bias: biasValues(bias), relu })),
    );
    return this.#layers;
  }

  #runInside(input: Tensor | InsideTensor): Tensor | InsideTensor {
    const readers = this.#readers;
    if (!this.#computesInside(input)) return this.#callEach(input instanceof InsideTensor ? input.leave() : input);
    // No other code runs between the start of this call and those of the modules before it.
    const call = readers?.listeners.begin();
    let output: InsideTensor;
    try {
      output = this.#computeInside(input);
    } catch (error) {
      throw located(error, this.#first.module);
    }
    if (readers === undefined) return output.leave();
    try {
      readers.listeners.notifyReaders(call!, output, insideReader);
    } catch (error) {
      output.release();
      throw located(error, readers.module);
    }
    return output;
  }

  /** Whether the segment is one, and the input is good and has few enough rows. */
  #computesInside(input: unknown): boolean {
    const linears = this.#linears;
    if (linears.length === 0 || !this.#isFused) return this.#isFused;
    if (!(input instanceof InsideTensor) && !(input instanceof Tensor)) return false;
    const { shape } = input;
    return shape.at(-1) === linears[0]!.packed.packed.inFeatures && this.#fused().fits(numberOfRows(shape));
  }

  #computeInside(input: Tensor | InsideTensor): InsideTensor {
    const last = this.#linears.at(-1);
    const taken = input instanceof InsideTensor ? input.take() : undefined;
    if (this.#startsWithRelu) taken!.relu();
    if (last === undefined) return new InsideTensor(taken!, input.shape);
    try {
      const output = this.#fused().runInside(taken ?? valuesOf(input as Tensor), numberOfRows(input.shape));
      return new InsideTensor(output, withLast(input.shape, last.packed.packed.outFeatures));
    } finally {
      taken?.release();
    }
  }

  /** As without fusing. None but the last of the modules has registrations. */
  #callEach(input: Tensor): Tensor {
    let value = input;
    for (let i = this.#start; i < this.end; i++) value = this.#container[i]!(value) as Tensor;
    return value;
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
  /** Whether the input first passes a ReLU. */
  startsWithRelu = false;
  readonly #sequential: SequentialClass;
  readonly #inside: boolean;
  /** How many nested Sequentials are being taken. */
  #depth = 0;
  /** Whether it has met a module that no segment can contain. */
  #isBroken = false;

  /** @param inside whether the input is inside the kernels: then ReLU and Identity may come first */
  constructor(sequential: SequentialClass, inside: boolean) {
    this.#sequential = sequential;
    this.#inside = inside;
  }

  /** Adds the module at an index if it can be fused; a Sequential as a whole or not at all. */
  take(container: ModuleArray, index: number): boolean {
    const { module, forward } = readSlot(container, index);
    // What is inside of a nested Sequential cannot be read: a segment ends behind it.
    if (!isPlain(module) || !(isQuiet(module) || (this.#depth === 0 && isOnlyRead(module)))) {
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
    const reluBefore = this.linears.at(-1)?.relu ?? this.startsWithRelu;
    this.slots.push({ container, index, module, forward, size: nested.size });
    let taken = 0;
    this.#depth++;
    while (taken < nested.size && this.take(nested, taken)) taken++;
    this.#depth--;
    if (taken === nested.size) {
      // Its own plan would keep replaced modules alive.
      this.#sequential.dropPlan(nested);
      return true;
    }
    this.slots.length = slotsBefore;
    this.linears.length = linearsBefore;
    const last = this.linears.at(-1);
    if (last !== undefined) last.relu = reluBefore;
    else this.startsWithRelu = reluBefore;
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
    if (last === undefined && !this.#inside) return false;
    if (forward === RELU) {
      if (last === undefined) this.startsWithRelu = true;
      else last.relu = true;
    }
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

/** Whether calls of a module are not asynchronous. */
function isPlain(module: Hookable): boolean {
  return (module.constructor as Partial<typeof Module>).async !== true;
}
