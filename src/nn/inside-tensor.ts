import { ForwardError, type TensorReader } from '../hooks/index.ts';
import { type Activations, kernels, type Summary } from '../kernels/index.ts';
import { numberOfValues } from './shape.ts';
import { computed, Tensor, tensorReader } from './tensor.ts';

/**
 * The output of a layer that has not left the memory of the kernels. Observers that only read get it in place of a Tensor, to
 * be read before the next layer takes it.
 */
export class InsideTensor {
  static readonly className: string = 'InsideTensor';
  readonly shape: readonly number[];
  /** Undefined once they are taken. */
  #activations: Activations | undefined;
  /** Several observers ask for the same. */
  #summary: Summary | undefined;

  constructor(activations: Activations, shape: readonly number[]) {
    this.#activations = activations;
    this.shape = shape;
  }

  /** A copy. @throws ForwardError once they are taken */
  get values(): Float32Array {
    return new Float32Array(this.#view);
  }

  get #view(): Float32Array {
    if (this.#activations !== undefined) return this.#activations.values;
    throw new ForwardError(
      'an output was read too late',
      `got: a stand-in for a tensor of ${numberOfValues(this.shape)} values, after its call`,
      'expected: an observer with the option "reads" reads before it returns; without the option, it may keep the tensor',
    );
  }

  summarize(): Summary {
    const view = this.#view;
    this.#summary ??= kernels().summarize(view);
    return this.#summary;
  }

  /** Hands the activations over. */
  take(): Activations {
    const taken = this.#activations!;
    this.#activations = undefined;
    return taken;
  }

  /** A Tensor with the values. Releases the activations. */
  leave(): Tensor {
    const tensor = computed(this.values, this.shape);
    this.release();
    return tensor;
  }

  release(): void {
    this.#activations?.release();
    this.#activations = undefined;
  }
}

/** Reads what has not left the kernels, and the copies that `keep` makes of it. */
export const insideReader: TensorReader<InsideTensor | Tensor> = {
  is: (value): value is InsideTensor | Tensor => value instanceof InsideTensor || value instanceof Tensor,
  shape: (t) => t.shape,
  values: (t) => (t instanceof Tensor ? tensorReader.values(t) : t.values),
  summarize: (t) => (t instanceof Tensor ? tensorReader.summarize!(t) : t.summarize()),
  keep: (t) => (t instanceof Tensor ? tensorReader.keep(t) : computed(t.values, t.shape)),
};
