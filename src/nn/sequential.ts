import { type Hookable, isQuiet, located } from '../hooks/index.ts';
import { linearRelu } from './functional.ts';
import { Linear } from './linear.ts';
import { ModuleArray } from './module-array.ts';
import { ReLU } from './relu.ts';
import type { Tensor } from './tensor.ts';

/** Calls its modules one after the other, each with the output of the one before. Empty, it gives its input back. */
export class Sequential extends ModuleArray {
  static override readonly className: string = 'Sequential';

  /** @throws TypeError for anything that is not a module */
  constructor(...modules: Hookable[]) {
    super(modules);
  }

  override forward(input: Tensor): Tensor {
    const size = this.size;
    let value = input;
    for (let i = 0; i < size; i++) {
      const module = this[i]!;
      const next = this[i + 1];
      if (next !== undefined && isPlainLinear(module) && isPlainRelu(next)) {
        value = fused(module, value);
        i++;
      } else {
        value = module(value) as Tensor;
      }
    }
    return value;
  }
}

/** A Linear and a ReLU in one pass over the output. */
function fused(module: Linear, input: Tensor): Tensor {
  try {
    return linearRelu(input, module.weight, module.bias ?? undefined);
  } catch (error) {
    throw located(error, module);
  }
}

// Two modules are fused only while nobody could tell: neither is listened to, and both have the built-in forward.

function isPlainLinear(module: Hookable): module is Linear {
  return module.forward === Linear.prototype.forward && isQuiet(module);
}

function isPlainRelu(module: Hookable): boolean {
  return module.forward === ReLU.prototype.forward && isQuiet(module);
}
