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
  type HookTable,
  hookTable,
  isOnlyRead,
  listsOf,
  located,
  notifyReaders,
} from '../hooks/index.ts';
import { type FusedLayers, kernels } from '../kernels/index.ts';
import {
  type FusedLinear,
  FusedSegment,
  isUnchanged,
  readSlot,
  type SequentialClass,
  type Slot,
  unfusable,
} from './fused-segment.ts';
import { InsideTensor, insideReader } from './inside-tensor.ts';
import type { ModuleArray } from './module-array.ts';
import { biasValues } from './packed-weights.ts';
import { numberOfRows, withLast } from './shape.ts';
import { computed, Tensor, valuesOf } from './tensor.ts';

/** One step of a pass: a call of a module, or a fused segment. */
export class PlanStep {
  /** The index at which the next step begins. */
  readonly end: number;
  readonly #activity = activity.count;
  readonly #container: ModuleArray;
  readonly #start: number;
  /** Whether it was planned for an input inside the kernels. */
  readonly #inside: boolean;
  readonly #isFused: boolean;
  /** Whether such an input first passes a ReLU. */
  readonly #startsWithRelu: boolean;
  /** The observers of the last module of a fused segment, if it has any. */
  readonly #readers: { readonly module: Hookable; readonly table: HookTable } | undefined;
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
    this.#readers = isFused && last !== undefined ? { module: last, table: hookTable(last) } : undefined;
    this.#first = isFused ? segment.slots[0]! : readSlot(container, start);
    this.#others = isFused ? segment.slots.slice(1) : [];
    this.end = isFused ? end : start + 1;
  }

  /**
   * Whether the modules, their registrations, forwards and parameters are those of the plan.
   * @param inside whether the input is inside the kernels
   */
  isCurrent(inside: boolean): boolean {
    if (this.#activity !== activity.count || this.#inside !== inside || !isUnchanged(this.#first)) return false;
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
    const call = readers === undefined ? 0 : readers.table.calls++;
    let output: InsideTensor;
    try {
      output = this.#computeInside(input);
    } catch (error) {
      throw located(error, this.#first.module);
    }
    if (readers === undefined) return output.leave();
    const { module, table } = readers;
    try {
      notifyReaders(listsOf(table).observers, module, output, insideReader, call, module);
    } catch (error) {
      output.release();
      throw located(error, module);
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
