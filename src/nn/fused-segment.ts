/** @file Which modules of a Sequential are computed in one kernel call. */
import { activity, type Hookable, isHookable, isOnlyRead, isQuiet } from '../hooks/index.ts';
import { Identity } from './identity.ts';
import { Linear } from './linear.ts';
import type { Module } from './module.ts';
import { checkNumbered, type ModuleArray, throwNotModule } from './module-array.ts';
import { fitsLinear, type PackedWeight, packedWeight } from './packed-weights.ts';
import { isParameter, type Parameter } from './parameter.ts';
import { ReLU } from './relu.ts';

/** Captured at load time: a forward that replaces one of these on its prototype is called like any other. */
const LINEAR = Linear.prototype.forward;
const RELU = ReLU.prototype.forward;
const IDENTITY = Identity.prototype.forward;

/** A module in its container, as the step was planned with it. */
export interface Slot {
  readonly container: ModuleArray;
  readonly index: number;
  readonly module: Hookable;
  readonly forward: unknown;
  /** The size of a Sequential that was fused; -1 for any other module. */
  readonly size: number;
}

export interface FusedLinear {
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

/**
 * Sequentials that cannot be fused as a whole, and the activity at which that was found. Otherwise each Sequential above a
 * nested one would search it again.
 */
export const unfusable: WeakMap<ModuleArray, number> = new WeakMap();

/** Collects Linear layers, with ReLU or Identity between, that fit one after the other. */
export class FusedSegment {
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
    if (unfusable.get(nested) === activity.count || !isWellFormed(nested)) return false;
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
    if (this.#isBroken) unfusable.set(nested, activity.count);
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
export function readSlot(container: ModuleArray, index: number): Slot {
  const module: Hookable = container[index]!;
  if (!isHookable(module)) throwNotModule(container, index);
  return { container, index, module, forward: module.forward, size: -1 };
}

export function isUnchanged({ container, index, module, forward, size }: Slot): boolean {
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
