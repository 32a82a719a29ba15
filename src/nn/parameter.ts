import { describe } from '../hooks/index.ts';
import { numberOfValues } from './shape.ts';
import { Tensor, type TensorLike } from './tensor.ts';

/** Replaces the values of a parameter by an array that is checked already and that nobody else will write to. */
export let replaceValues: (parameter: Parameter, data: Float32Array) => void;

/**
 * A tensor whose values can be replaced: what a module learns. An own property of a Module that holds one is found by
 * `parameters()` and `stateDict()`.
 */
export class Parameter extends Tensor {
  static override readonly className: string = 'Parameter';
  #version = 0;

  /**
   * Takes over the data of a tensor, without a copy.
   * @throws TypeError for anything but a tensor
   */
  constructor(initial: TensorLike) {
    if (initial === null || typeof initial !== 'object' || !(initial.data instanceof Float32Array)) {
      throw new TypeError(`Parameter: a tensor expected, got ${describe(initial)}: tensor(values) makes one`);
    }
    super(initial.data, initial.shape);
  }

  /** How often the values were replaced. Kernels keep packed weights by it. */
  get version(): number {
    return this.#version;
  }

  /**
   * Replaces all values. Tensors made from the old ones keep them.
   * @param values a tensor of this shape, or as many values, row-major. Copied
   * @throws RangeError where the shape or the number of values is another; TypeError for what is not a number
   */
  assign(values: TensorLike | ArrayLike<number>): void {
    replaceValues(this, readValues(values, this.shape));
  }

  override toString(): string {
    return `Parameter containing:\n${super.toString()}`;
  }

  static {
    replaceValues = (parameter, data) => {
      // A new array, not new values in the old one: tensors that share the old one are immutable.
      (parameter as { data: Tensor['data'] }).data = data;
      parameter.#version++;
    };
  }
}

/** The values given to `assign()`, copied: each is read once, so that what was checked is what is kept. */
function readValues(values: TensorLike | ArrayLike<number>, expected: readonly number[]): Float32Array {
  const isObject = values !== null && typeof values === 'object';
  const shape = isObject && 'shape' in values ? values.shape : undefined;
  const data = isObject && 'data' in values ? values.data : (values as ArrayLike<number>);
  const length = isObject ? data?.length : undefined;
  if (typeof length !== 'number' || (shape !== undefined && !Array.isArray(shape))) {
    throw new TypeError(`assign(): a tensor or an array of numbers expected, got ${describe(values)}`);
  }
  const fits = shape === undefined || shape.join() === expected.join();
  if (!fits || length !== numberOfValues(expected)) {
    const came = fits ? `${length} value${length === 1 ? '' : 's'}` : `shape [${shape.join(', ')}]`;
    throw new RangeError(`assign(): values for shape [${expected.join(', ')}] expected, got ${came}`);
  }
  if (data instanceof Float32Array) return new Float32Array(data);
  const copy = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const value: unknown = data[i];
    if (typeof value !== 'number')
      throw new TypeError(`assign(): numbers expected, got ${describe(value)} at index ${i}`);
    copy[i] = value;
  }
  return copy;
}

export function isParameter(value: unknown): value is Parameter {
  return value instanceof Parameter;
}
