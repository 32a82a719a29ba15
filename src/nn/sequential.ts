import type { Hookable } from '../hooks/index.ts';
import { Chain } from './chain.ts';
import { checkAlone, ModuleArray } from './module-array.ts';
import type { Tensor } from './tensor.ts';

/**
 * Calls its modules one after the other, each with the output of the one before. Empty, it gives its input back.
 * Built-in layers that nobody listens to hand their activations on inside WebAssembly: the same bits, faster.
 */
export class Sequential extends ModuleArray {
  static override readonly className: string = 'Sequential';
  #chain: Chain | undefined;

  /** @throws TypeError for anything that is not a module */
  constructor(...modules: Hookable[]) {
    super(modules);
  }

  /** @throws ForwardError where another property holds a module, which {@link forward} would never call */
  override *namedChildren(): Generator<[string, Hookable]> {
    if (this.forward === Sequential.prototype.forward) checkAlone(this);
    yield* super.namedChildren();
  }

  override forward(input: Tensor): Tensor {
    if (this.#chain === undefined || !this.#chain.holds()) {
      this.#chain = new Chain(this, Sequential.prototype.forward);
    }
    return this.#chain.call(input);
  }
}
