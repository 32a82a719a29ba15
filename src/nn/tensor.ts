import {
  brand,
  className,
  describe,
  describeShape,
  GONE,
  isDetached,
  printAsString,
  readNumbers,
  typeName,
  VALUES,
} from '../check/index.ts';
import { ForwardError, type TensorReader } from '../hooks/index.ts';
import { kernels } from '../kernels/index.ts';
import { checkShape, checkSpread, numberOfValues } from './shape.ts';
import { tensorString } from './tensor-string.ts';

/** A Float32Array that is read-only by type. */
export interface ReadonlyFloat32Array
  extends Omit<Float32Array, 'copyWithin' | 'fill' | 'reverse' | 'set' | 'sort' | 'subarray' | 'buffer'> {
  readonly [index: number]: number;
}

/** Nested arrays of numbers, one level per dimension; a bare number is a scalar. */
export type Nested = number | readonly Nested[];

/** A Tensor, or a structure like one: an entry of `readSafetensors()`, a copy from another thread. */
export interface TensorLike {
  readonly data: ReadonlyFloat32Array;
  readonly shape: readonly number[];
}

const CHECKED: unique symbol = Symbol('checked');
/** For Parameter, which keeps the values itself. */
export const SHAPE_ONLY: unique symbol = Symbol('shape only');
type Mode = typeof CHECKED | typeof SHAPE_ONLY;

/** The values of a tensor, unchecked. See {@link valuesOf}. */
export function dataOf(tensor: Tensor): Float32Array {
  // Plain tensors first: looking up a symbol takes ten times as long.
  if (tensor.constructor === Tensor) return tensor.data as Float32Array;
  return (tensor as unknown as Record<symbol, Float32Array>)[VALUES]!;
}

/** A tensor of the library's own results: takes over both arrays. Checking and copying the shape costs a small layer. */
export const computed = (data: Float32Array, shape: readonly number[]): Tensor => new Tensor(data, shape, CHECKED);

/** float32 values in row-major order, and their shape. Immutable: a hook may keep one forever. */
export class Tensor {
  static readonly className: string = 'Tensor';
  declare readonly data: ReadonlyFloat32Array;
  /** The sizes of the dimensions, outermost first; empty for a scalar. */
  declare readonly shape: readonly number[];

  /**
   * Takes over an array without a copy; do not write to it afterwards. {@link tensor} copies.
   * @throws RangeError if the shape does not fit the number of values
   */
  constructor(data: Float32Array | ReadonlyFloat32Array, shape: readonly number[]);
  /** @internal */
  constructor(data: Float32Array, shape: readonly number[], mode: Mode);
  constructor(data: Float32Array | ReadonlyFloat32Array, shape: readonly number[], mode?: Mode) {
    if (mode === CHECKED) {
      this.data = data;
      this.shape = shape;
      return;
    }
    if (!(data instanceof Float32Array)) {
      throw new TypeError(`Tensor: the data must be a Float32Array, got ${describe(data)}`);
    }
    const size = checkShape('Tensor', shape);
    if (size !== data.length) {
      const got = `${data.length}${isDetached(data as Float32Array) ? `: ${GONE}` : ''}`;
      throw new RangeError(`Tensor: the data must hold ${size} values for shape [${shape.join(', ')}], got ${got}`);
    }
    if (mode !== SHAPE_ONLY) this.data = data;
    // Copied, because kernels rely on it.
    this.shape = shape.slice();
  }

  /** The number of values. */
  get size(): number {
    return numberOfValues(this.shape);
  }

  /**
   * The same values in another shape. One dimension may be -1, to be inferred.
   * @throws RangeError with PyTorch's text if the values do not fit
   */
  reshape(...shape: number[]): Tensor {
    checkSpread('reshape', shape);
    const inferred = shape.indexOf(-1);
    const asked = describeShape(shape);
    shape.forEach((dimension, i) => {
      if (dimension === -1 && i !== inferred)
        throw new RangeError(`only one dimension can be inferred\n  came: ${asked}`);
      if (Number.isSafeInteger(dimension) && dimension >= -1) return;
      const came = `\n  came: ${describe(dimension)}\n  expected: a whole number of at least 0, or -1 to infer it`;
      throw new RangeError(`invalid shape dimension ${String(dimension)} at index ${i} of shape ${asked}${came}`);
    });
    const known = numberOfValues(shape.filter((_, i) => i !== inferred));
    const fits = inferred === -1 ? known === this.size : known > 0 && this.size % known === 0;
    if (!fits) {
      throw new RangeError(
        inferred !== -1 && known === 0 && this.size === 0
          ? `cannot reshape tensor of 0 elements into shape ${asked} because the unspecified dimension size -1 can be any value and is ambiguous`
          : `shape '${asked}' is invalid for input of size ${this.size}\n  of shape: [${this.shape.join(', ')}]`,
      );
    }
    return new Tensor(valuesOf(this), inferred === -1 ? shape : shape.with(inferred, this.size / known));
  }

  /**
   * The only value of a tensor.
   * @throws RangeError with PyTorch's text if there are more, or none
   */
  item(): number {
    if (this.size !== 1) {
      throw new RangeError(
        `a Tensor with ${this.size} elements cannot be converted to Scalar\n  of shape: [${this.shape.join(', ')}]`,
      );
    }
    return valuesOf(this)[0]!;
  }

  /** The values as nested arrays, or the number of a scalar. */
  toArray(): Nested {
    const [data, shape] = [valuesOf(this), this.shape];
    let next = 0;
    const level = (dimension: number): Nested => {
      if (dimension === shape.length) return data[next++]!;
      return Array.from({ length: shape[dimension]! }, () => level(dimension + 1));
    };
    return level(0);
  }

  /** As PyTorch prints a float32 tensor. */
  toString(): string {
    const values = dataOf(this);
    if (values.length === this.size) return tensorString(values, this.shape);
    const why = isDetached(values) ? GONE : `its shape was changed, to hold ${this.size}`;
    return `${className(this)} of shape [${this.shape.join(', ')}] with ${values.length} values: ${why}`;
  }

  static {
    Object.defineProperty(Tensor.prototype, VALUES, {
      get(this: Tensor) {
        return this.data;
      },
    });
    printAsString(Tensor);
    brand(Tensor, 'Tensor');
  }
}

/**
 * The values of a tensor, to read and not to keep.
 * @throws ForwardError if their number does not fit the shape: a kernel would read the memory beside them
 */
export function valuesOf(tensor: Tensor): Float32Array {
  const values = dataOf(tensor);
  const wanted = numberOfValues(tensor.shape);
  if (values.length === wanted) return values;
  throw new ForwardError(
    `a tensor of shape [${tensor.shape.join(', ')}] has lost its values`,
    `came: ${values.length} values${isDetached(values) ? `: ${GONE}` : ''}`,
    `expected: ${wanted}`,
  );
}

/**
 * A tensor of a number, nested arrays of numbers, a typed array (one dimension), or a typed array with its shape: a Tensor,
 * an entry of `readSafetensors()`, a copy from another thread. The values are copied and rounded to float32; a `dtype` or
 * `type` beside them may declare bits of float16 or bfloat16.
 * @throws TypeError for anything else, or a second argument; RangeError with PyTorch's text for ragged arrays
 */
export function tensor(values: Nested | ArrayBufferView | TensorLike, ...more: never[]): Tensor {
  if (more.length > 0) {
    throw new TypeError(
      `tensor() takes 1 positional argument but ${more.length + 1} were given\n` +
        `  came: ${[values, ...more].map(describe).join(', ')}\n` +
        '  expected: nested arrays as tensor([[1, 2], [3, 4]]), or tensor(values).reshape(2, 2); always float32',
    );
  }
  if (ArrayBuffer.isView(values)) return fromTypedArray(values);
  if (values instanceof Tensor) return new Tensor(valuesOf(values).slice(), values.shape);
  if (isTensorLike(values)) return new Tensor(fromTypedArray(values.data as Float32Array, values).data, values.shape);
  const shape: number[] = [];
  for (let level: unknown = values; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
    if (shape.length > MOST_DIMENSIONS) {
      throw new RangeError(`tensor(): more than ${MOST_DIMENSIONS} dimensions; an array that contains itself?`);
    }
  }
  const data = new Float32Array(numberOfValues(shape));
  let next = 0;
  const copy = (value: unknown, dimension: number, path: string): void => {
    if (dimension === shape.length) {
      if (typeof value !== 'number') {
        throw new TypeError(`must be real number, not ${typeName(value)}\n  came: ${describe(value)} at values${path}`);
      }
      data[next++] = value;
      return;
    }
    if (!Array.isArray(value)) throw new TypeError(`not a sequence\n  came: ${describe(value)} at values${path}`);
    if (value.length !== shape[dimension]) {
      throw new RangeError(
        `expected sequence of length ${shape[dimension]} at dim ${dimension} (got ${value.length})\n  at: values${path}`,
      );
    }
    // By index: forEach skips holes.
    for (let i = 0; i < value.length; i++) copy(value[i], dimension + 1, `${path}[${i}]`);
  };
  copy(values, 0, '');
  return new Tensor(data, shape);
}

function isTensorLike(value: unknown): value is TensorLike {
  if (value === null || typeof value !== 'object') return false;
  const { data, shape } = value as Partial<TensorLike>;
  return ArrayBuffer.isView(data) && Array.isArray(shape);
}

function fromTypedArray(values: ArrayBufferView, tensor?: TensorLike): Tensor {
  if (values instanceof DataView || values instanceof BigInt64Array || values instanceof BigUint64Array) {
    throw new TypeError(`tensor(): a typed array must hold numbers, got ${describe(values)}`);
  }
  const data = Float32Array.from(readNumbers('tensor()', 'the data', values, tensor));
  return new Tensor(data, [data.length]);
}

/** The limit of numpy and PyTorch. */
const MOST_DIMENSIONS = 64;

/** How hooks read layertap's own tensors. A Tensor is immutable and is kept as it is; a Parameter is copied. */
export const tensorReader: TensorReader<Tensor> = {
  is: (value): value is Tensor => value instanceof Tensor,
  shape: (t) => t.shape,
  values: valuesOf,
  summarize: (t) => kernels().summarize(valuesOf(t)),
  keep: (t) => (t.constructor === Tensor ? t : new Tensor(valuesOf(t).slice(), t.shape)),
  withValues: (t, values) => new Tensor(Float32Array.from(values as ArrayLike<number>), t.shape),
};
