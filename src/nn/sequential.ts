import { describe } from '../check/index.ts';
import type { Hookable } from '../hooks/index.ts';
import { changedSize, changesOf, checkAlone, checkNumbered, ModuleArray } from './module-array.ts';
import { type SequentialClass, SequentialStep } from './sequential-step.ts';
import type { Tensor } from './tensor.ts';

let forget: SequentialClass['forget'];

/**
 * Calls its modules one after the other, each with the output of the one before. Empty, it gives its input back.
 * Built-in layers that nobody listens to hand their activations on inside WebAssembly: the same bits, faster.
 *
 * A hook may replace a later module while the Sequential is running: the new one is called, as in PyTorch. To change how
 * many there are meanwhile is an error.
 */
export class Sequential extends ModuleArray {
  static override readonly className: string = 'Sequential';
  /** By the index at which each begins. What was planned for another start is undefined or of an earlier plan. */
  readonly #steps: (SequentialStep | undefined)[] = [];

  /** @throws TypeError for anything that is not a module, an array of modules too */
  constructor(...modules: Hookable[]) {
    const [first] = modules as unknown[];
    if (Array.isArray(first)) {
      throw new TypeError(
        `Array is not a Module subclass\n  came: ${describe(first)}, to Sequential\n  expected: new Sequential(...modules)`,
      );
    }
    super(modules);
  }

  /** @throws ForwardError where another property holds a module, which {@link forward} would never call */
  override *namedChildren(): Generator<[string, Hookable]> {
    this.#check();
    yield* super.namedChildren();
  }

  /** @throws ForwardError where a hook or a module adds or removes modules of this container meanwhile */
  override forward(input: Tensor): Tensor {
    const size = this.size;
    const changes = changesOf(this);
    const steps = this.#steps;
    let checked = false;
    if (steps.length !== size || Object.hasOwn(this, size)) {
      this.#check();
      checked = true;
      steps.length = 0;
      for (let i = 0; i < size; i++) steps.push(undefined);
    }
    let value = input;
    for (let at = 0; at < size; ) {
      let step = steps[at];
      if (step === undefined || !step.holds()) {
        // Once a call: each look at all the properties would make many layers quadratic.
        if (!checked) this.#check();
        checked = true;
        step = new SequentialStep(this, at, SEQUENTIAL);
        // Older steps inside it would keep modules alive that were replaced.
        steps.fill(undefined, at, step.end);
        steps[at] = step;
      }
      value = step.call(value);
      if (changesOf(this) !== changes) throw changedSize(size, this.size);
      at = step.end;
    }
    return value;
  }

  /** A subclass with a forward of its own may call modules in other properties too. */
  #check(): void {
    (this.forward === SEQUENTIAL.forward ? checkAlone : checkNumbered)(this);
  }

  static {
    forget = (sequential) => void (sequential as Sequential).#steps.fill(undefined);
  }
}

/** As it was when the library was loaded. */
const SEQUENTIAL: SequentialClass = { forward: Sequential.prototype.forward, forget };
