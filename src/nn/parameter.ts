import { brand, describe, isOfKind, readNumbers, VALUES } from '../check/index.ts';
import { numberOfValues } from './shape.ts';
import { dataOf, SHAPE_ONLY, Tensor, type TensorLike } from './tensor.ts';

/** Replaces the values of a parameter by an array that is checked already and that nobody else will write to. */
export let replaceValues: (parameter: Parameter, data: Float32Array) => void;

/**
 * A tensor whose values can change: what a module learns. An own property of a Module that holds one is found by
 * `parameters()` and `stateDict()`.
 */
export class Parameter extends Tensor {
  static override readonly className: string = 'Parameter';
  #values: Float32Array;
  #version = 0;

  /**
   * The values themselves, row-major. `weight.data.fill(0)` and `weight.data[i] = x` count from the next call on, so
   * each read makes the next call prepare the weight anew: read it for writing, and `toArray()` for reading. An array
   * that is kept and written to after a later call is not noticed. It cannot be replaced: see {@link assign}.
   */
  declare readonly data: Float32Array;

  /**
   * Copies the data of a tensor.
   * @throws TypeError for anything but a tensor
   */
  constructor(initial: TensorLike) {
    const values = tensorValues(initial);
    if (values === undefined) {
      throw new TypeError(`Parameter: a tensor expected, got ${describe(initial)}: tensor(values) makes one`);
    }
    super(values, initial.shape, SHAPE_ONLY);
    this.#values = new Float32Array(values);
    Object.defineProperty(this, 'data', Parameter.#data);
    // Its prepared form has this shape, too, and would not notice another one.
    Object.defineProperty(this, 'shape', { value: Object.freeze(this.shape), writable: false });
  }

  /** Raised whenever the values may have changed. Kernels keep prepared weights by it. */
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

  /**
   * A copy of the values in another shape; one dimension may be -1, for what is left.
   * @throws RangeError in PyTorch's words where the values do not fit
   */
  override reshape(...shape: number[]): Tensor {
    return new Tensor(this.#values.slice(), this.shape).reshape(...shape);
  }

  override toString(): string {
    return `Parameter containing:\n${super.toString()}`;
  }

  /** An own property of each parameter, so that `structuredClone(parameter)` has the data of any tensor. */
  static readonly #data: PropertyDescriptor = {
    enumerable: true,
    get(this: Parameter) {
      this.#version++;
      return this.#values;
    },
    set(this: Parameter, value: unknown) {
      throw new TypeError(
        `the data of a Parameter cannot be replaced\n  came: ${describe(value)}\n  expected: parameter.assign(values), which copies them`,
      );
    },
  };

  static {
    brand(Parameter, 'Parameter');
    Object.defineProperty(Parameter.prototype, VALUES, {
      get(this: Parameter) {
        return this.#values;
      },
    });
    replaceValues = (parameter, data) => {
      parameter.#values = data;
      parameter.#version++;
    };
  }
}

/** The values of anything that is a tensor, as they are; undefined for anything else. */
export function tensorValues(value: unknown): Float32Array | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  const data = value instanceof Tensor ? dataOf(value) : (value as Partial<TensorLike>).data;
  return data instanceof Float32Array ? data : undefined;
}

/** The values given to `assign()`, copied: each is read once, so that what was checked is what is kept. */
function readValues(values: TensorLike | ArrayLike<number>, expected: readonly number[]): Float32Array {
  const isObject = values !== null && typeof values === 'object';
  const shape = isObject && 'shape' in values ? values.shape : undefined;
  const given = tensorValues(values) ?? (isObject && 'data' in values ? values.data : (values as ArrayLike<number>));
  // Bits of float16, say, would pass for numbers.
  const isTensor = isObject && 'data' in values && ArrayBuffer.isView(given);
  const data = isTensor ? readNumbers('assign()', 'the data', given, values) : given;
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

/** Whether a value is a Parameter, of this copy of layertap or another. */
export function isParameterOfAnyCopy(value: unknown): value is Parameter {
  return value instanceof Parameter || isOfKind(value, 'Parameter');
}
