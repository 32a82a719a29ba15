import { describe } from '../check/index.ts';
import type { Hookable } from '../hooks/index.ts';
import { PlanStep } from './execution-plan.ts';
import type { SequentialClass } from './fused-segment.ts';
import { InsideTensor } from './inside-tensor.ts';
import { changedSize, checkNumbered, ModuleArray, versionOf } from './module-array.ts';
import { constructorCall, setConstructorCall } from './replay-recipe.ts';
import type { Tensor } from './tensor.ts';

let dropPlan: SequentialClass['dropPlan'];

/**
 * Calls its modules in order, each with the output of the one before; returns its input if it is empty. Built-in layers
 * without registrations are fused, and their activations stay in WebAssembly: the same bits, faster.
 *
 * As in PyTorch, a hook may replace a later module during a call. Changing their number is an error.
 */
export class Sequential extends ModuleArray {
  static override readonly className: string = 'Sequential';
  /** Each step at the index where it begins. Entries inside a step are undefined or stale. */
  readonly #plan: (PlanStep | undefined)[] = [];

  /** @throws TypeError for anything but modules, also for an array of them */
  constructor(...modules: Hookable[]) {
    const [first] = modules as unknown[];
    if (Array.isArray(first)) {
      throw new TypeError(
        `Array is not a Module subclass\n  got: ${describe(first)}, to Sequential\n  expected: new Sequential(...modules)`,
      );
    }
    super(modules);
  }

  /** @throws ForwardError if another property holds a module, which {@link forward} would never call */
  override *namedChildren(): Generator<[string, Hookable]> {
    this.#check();
    yield* super.namedChildren();
  }

  /** @throws ForwardError if a hook or a module adds or removes modules of this container */
  override forward(input: Tensor): Tensor {
    const size = this.size;
    const version = versionOf(this);
    const plan = this.#plan;
    let checked = false;
    if (plan.length !== size || Object.hasOwn(this, size)) {
      this.#check();
      checked = true;
      plan.length = 0;
      for (let i = 0; i < size; i++) plan.push(undefined);
    }
    let value: Tensor | InsideTensor = input;
    // Whether the value is inside the kernels.
    let inside = false;
    try {
      for (let at = 0; at < size; ) {
        let step = plan[at];
        if (step === undefined || !step.isCurrent(inside)) {
          // Once per call: checking all properties at each step is quadratic.
          if (!checked) this.#check();
          checked = true;
          step = new PlanStep(this, at, SEQUENTIAL, inside);
          // Stale steps would keep replaced modules alive.
          plan.fill(undefined, at, step.end);
          plan[at] = step;
        }
        value = step.run(value);
        inside = step.hasReaders && value instanceof InsideTensor;
        if (versionOf(this) !== version) throw changedSize(size, this.size);
        at = step.end;
      }
    } catch (error) {
      if (inside) (value as InsideTensor).release();
      throw error;
    }
    return inside ? (value as InsideTensor).leave() : (value as Tensor);
  }

  /** A subclass that overrides forward may call modules in other properties. */
  #check(): void {
    checkNumbered(this, this.forward === SEQUENTIAL.forward);
  }

  static {
    setConstructorCall(Sequential, (sequential) => {
      const made = [...sequential].map(constructorCall);
      return made.includes(undefined) ? undefined : `new Sequential(${made.join(', ')})`;
    });
    dropPlan = (sequential) => void (sequential as Sequential).#plan.fill(undefined);
  }
}

/** Captured at load time, as the forwards in execution-plan.ts. */
const SEQUENTIAL: SequentialClass = { forward: Sequential.prototype.forward, dropPlan };
