import { brand, describe, isOfKind, readNumbers, VALUES } from '../check/index.ts';
import { numberOfValues } from './shape.ts';
import { dataOf, SHAPE_ONLY, Tensor, type TensorLike } from './tensor.ts';

/** Replaces the values of a parameter by an array that is checked, and that it takes over. */
export let replaceValues: (parameter: Parameter, data: Float32Array) => void;

/** For new parameters of a layer: the array of the initial tensor is taken over. */
export const OWNED: unique symbol = Symbol('owned');

/** A tensor whose values can change. Own properties of a Module that hold one are in its `parameters()` and `stateDict()`. */
export class Parameter extends Tensor {
  static override readonly className: string = 'Parameter';
  #values: Float32Array;
  #version = 0;

  /**
   * The values, row-major, for writing: `weight.data.fill(0)` and `weight.data[i] = x` count from the next call on. Every
   * access makes that call prepare the weight anew, so read by `toArray()`. Writes to an array that was kept since before
   * an earlier call go unnoticed. To replace all values, see {@link assign}.
   */
  declare readonly data: Float32Array;

  /**
   * Copies the data of a tensor.
   * @throws TypeError for anything but a tensor
   */
  constructor(initial: TensorLike);
  /** @internal */
  constructor(initial: TensorLike, mode: typeof OWNED);
  constructor(initial: TensorLike, mode?: typeof OWNED) {
    const values = tensorValues(initial);
    if (values === undefined) {
      throw new TypeError(
        `Parameter: the initial value must be a tensor, got ${describe(initial)}: use tensor(values)`,
      );
    }
    super(values, initial.shape, SHAPE_ONLY);
    this.#values = mode === OWNED ? values : new Float32Array(values);
    Object.defineProperty(this, 'data', Parameter.#data);
    // Fixed, because the packed weight has this shape too.
    Object.defineProperty(this, 'shape', { value: Object.freeze(this.shape), writable: false });
  }

  /** Bumped when the values may have changed. Packed weights are valid for one version. */
  get version(): number {
    return this.#version;
  }

  /**
   * Replaces all values. Tensors made from the old ones keep those.
   * @param values a tensor of this shape, or as many numbers, row-major. Copied
   * @throws RangeError if the shape or the number of values differs; TypeError for anything but numbers
   */
  assign(values: TensorLike | ArrayLike<number>): void {
    replaceValues(this, readValues(values, this.shape));
  }

  /**
   * A copy of the values in another shape. One dimension may be -1, to be inferred.
   * @throws RangeError with PyTorch's text if the values do not fit
   */
  override reshape(...shape: number[]): Tensor {
    return new Tensor(this.#values.slice(), this.shape).reshape(...shape);
  }

  override toString(): string {
    return `Parameter containing:\n${super.toString()}`;
  }

  /** An own property of each parameter, so that structuredClone copies it. */
  static readonly #data: PropertyDescriptor = {
    enumerable: true,
    get(this: Parameter) {
      this.#version++;
      return this.#values;
    },
    set(this: Parameter, value: unknown) {
      throw new TypeError(
        `the data of a Parameter cannot be replaced\n  got: ${describe(value)}\n  expected: parameter.assign(values), which copies them`,
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

/** The values of a tensor or a structure like one, unchecked; undefined for anything else. */
export function tensorValues(value: unknown): Float32Array | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  const data = value instanceof Tensor ? dataOf(value) : (value as Partial<TensorLike>).data;
  return data instanceof Float32Array ? data : undefined;
}

/** A copy of the values given to `assign()`. Each is read once, so that the checked value is the kept one. */
function readValues(values: TensorLike | ArrayLike<number>, expected: readonly number[]): Float32Array {
  const isObject = values !== null && typeof values === 'object';
  const shape = isObject && 'shape' in values ? values.shape : undefined;
  const given = tensorValues(values) ?? (isObject && 'data' in values ? values.data : (values as ArrayLike<number>));
  const isTensor = isObject && 'data' in values && ArrayBuffer.isView(given);
  const data = isTensor ? readNumbers('assign()', 'the data', given, values) : given;
  const length = isObject ? data?.length : undefined;
  if (typeof length !== 'number' || (shape !== undefined && !Array.isArray(shape))) {
    throw new TypeError(`assign(): the values must be a tensor or an array of numbers, got ${describe(values)}`);
  }
  const fits = shape === undefined || shape.join() === expected.join();
  if (!fits || length !== numberOfValues(expected)) {
    if (Array.isArray(data) && Array.isArray(data[0])) throw nested(expected, 0);
    const got = fits ? `${length} value${length === 1 ? '' : 's'}` : `shape [${shape.join(', ')}]`;
    throw new RangeError(`assign(): the values must fit shape [${expected.join(', ')}], got ${got}`);
  }
  if (data instanceof Float32Array) return new Float32Array(data);
  const copy = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const value: unknown = data[i];
    if (Array.isArray(value)) throw nested(expected, i);
    if (typeof value !== 'number') {
      throw new TypeError(`assign(): the values must be numbers, got ${describe(value)} at index ${i}`);
    }
    copy[i] = value;
  }
  return copy;
}

function nested(shape: readonly number[], index: number): TypeError {
  const expected = `a tensor of shape [${shape.join(', ')}] or ${numberOfValues(shape)} numbers`;
  return new TypeError(`assign(): the values must be ${expected}, got an array at index ${index}: use tensor(values)`);
}

export const isParameter = (value: unknown): value is Parameter => value instanceof Parameter;

/** Also true for a Parameter of another copy of layertap. */
export const isParameterOfAnyCopy = (value: unknown): value is Parameter => isOfKind(value, 'Parameter');
