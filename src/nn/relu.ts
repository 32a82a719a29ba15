import { relu } from './functional.ts';
import { Module } from './module.ts';
import { setConstructorCall } from './replay-recipe.ts';
import type { Tensor } from './tensor.ts';

/** Negative values become 0; any shape. */
export class ReLU extends Module {
  static override readonly className: string = 'ReLU';

  override forward(input: Tensor): Tensor {
    return relu(input);
  }

  static {
    setConstructorCall(ReLU, () => 'new ReLU()');
  }
}
