import { describe } from '../hooks/index.ts';
import { checkShape } from './shape.ts';
import { Tensor, type TensorLike } from './tensor.ts';

/**
 * A tensor whose values can be replaced: what a module learns. An own property of a Module that holds one is found by
 * `parameters()` and `stateDict()`.
 */
export class Parameter extends Tensor {
  static override readonly className: string = 'Parameter';
  #version = 0;

  /** Takes over the data of a tensor. */
  constructor(initial: TensorLike) {
    checkShape('Parameter', initial?.shape);
    super(initial.data, initial.shape);
  }

  /** How often the values were replaced. Kernels keep packed weights by it. */
  get version(): number {
    return this.#version;
  }

  /**
   * Replaces all values. Tensors made from the old ones keep them.
   * @param values a tensor of this shape, or as many values, row-major. Copied
   * @throws RangeError where the shape or the number of values is another
   */
  assign(values: TensorLike | ArrayLike<number>): void {
    const isObject = values !== null && typeof values === 'object';
    const shape = isObject && 'shape' in values ? values.shape : undefined;
    const data = isObject && 'data' in values ? values.data : (values as ArrayLike<number>);
    if (!isObject || typeof data?.length !== 'number') {
      throw new TypeError(`assign(): a tensor or an array of numbers expected, got ${describe(values)}`);
    }
    if (data.length !== this.size || (shape !== undefined && shape.join() !== this.shape.join())) {
      const came = shape === undefined ? `${data.length} values` : `shape [${shape.join(', ')}]`;
      throw new RangeError(`assign(): values for shape [${this.shape.join(', ')}] expected, got ${came}`);
    }
    for (let i = 0; i < data.length; i++) {
      if (typeof data[i] !== 'number')
        throw new TypeError(`assign(): numbers expected, got ${describe(data[i])} at index ${i}`);
    }
    // A new array, not new values in the old one: tensors that share the old one are immutable.
    (this as { data: Tensor['data'] }).data = Float32Array.from(data);
    this.#version++;
  }

  override toString(): string {
    return `Parameter containing:\n${super.toString()}`;
  }
}

export function isParameter(value: unknown): value is Parameter {
  return value instanceof Parameter;
}
