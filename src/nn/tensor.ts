import {
  brand,
  check,
  className,
  describe,
  describeShape,
  FUNCTION,
  GONE,
  isDetached,
  mismatch,
  NUMBER,
  printAsString,
  VALUES,
} from '../check/index.ts';
import { ForwardError, type TensorReader } from '../hooks/index.ts';
import { kernels } from '../kernels/index.ts';
import { argmaxOf, maxOf, meanOf, type Reduction, reduce, sumOf } from './reduce.ts';
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
        throw new RangeError(`only one dimension can be inferred\n  got: ${asked}`);
      if (Number.isSafeInteger(dimension) && dimension >= -1) return;
      const came = `\n  got: ${describe(dimension)}\n  expected: a whole number of at least 0, or -1 to infer it`;
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
    return new Tensor(
      valuesOf(this),
      shape.map((size) => (size === -1 ? this.size / known : size)),
    );
  }

  /** The only value of a tensor. @throws RangeError with PyTorch's text if there are more, or none */
  item(): number {
    if (this.size !== 1) {
      throw new RangeError(
        `a Tensor with ${this.size} elements cannot be converted to Scalar\n  of shape: [${this.shape.join(', ')}]`,
      );
    }
    return valuesOf(this)[0]!;
  }

  /** `x * 2` and `x > 0` take the only element, as PyTorch's float(x) does, and throw as {@link item}. Text is `String(x)`. */
  [Symbol.toPrimitive](hint: string): string | number {
    return hint === 'number' ? this.item() : this.toString();
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

  /** A tensor of what `fn` returns for each value. @throws TypeError if that is not a number */
  map(fn: (value: number, index: number) => number): Tensor {
    check('map()', 'the function', fn, FUNCTION);
    const values = valuesOf(this);
    const data = new Float32Array(values.length);
    for (let i = 0; i < data.length; i++) {
      const value = fn(values[i]!, i);
      if (typeof value !== 'number') throw mismatch('map()', 'the result of the function', 'a number', value);
      data[i] = value;
    }
    return computed(data, this.shape);
  }

  /** The sum with a number, a scalar tensor, or a tensor of the same shape. @throws RangeError for another shape */
  add(other: number | Tensor): Tensor {
    return elementwise('add', this, other, (a, b) => a + b);
  }

  /** Subtracts a number, a scalar tensor, or a tensor of the same shape. @throws RangeError for another shape */
  sub(other: number | Tensor): Tensor {
    return elementwise('sub', this, other, (a, b) => a - b);
  }

  /** Multiplies by a number or a scalar tensor, or value by value by a tensor of the same shape. @throws RangeError for another shape */
  mul(other: number | Tensor): Tensor {
    return elementwise('mul', this, other, (a, b) => a * b);
  }

  /**
   * Limits the values to [min, max]. NaN stays, and a bound of NaN makes all values NaN. A bound may be undefined; if min is
   * above max, all values become max.
   * @throws TypeError without any bound
   */
  clamp(min?: number, max?: number): Tensor {
    if (min === undefined && max === undefined) {
      throw new TypeError("torch.clamp: At least one of 'min' or 'max' must not be None\n  got: neither, in clamp()");
    }
    const low = bound('min', min, -Infinity);
    const high = bound('max', max, Infinity);
    const isNaNBound = Number.isNaN(low) || Number.isNaN(high);
    const data = valuesOf(this).map((x) => {
      // Not Math.max, which turns -0 into 0 and would differ from the edit.
      const raised = x < low ? low : x;
      return isNaNBound ? NaN : raised > high ? high : raised;
    });
    return computed(data, this.shape);
  }

  /** The sum over a dimension, or over all. Computed in float64 and rounded once. @throws RangeError for a bad dimension */
  sum(dim?: number): Tensor {
    return reduced('sum', sumOf, this, dim);
  }

  /** The mean over a dimension, or over all; NaN if there are no values. @throws RangeError for a bad dimension */
  mean(dim?: number): Tensor {
    return reduced('mean', meanOf, this, dim);
  }

  /**
   * The largest value over a dimension, or over all; NaN if one is NaN.
   * @throws RangeError for a bad dimension, or if there are no values
   */
  max(dim?: number): Tensor {
    return reduced('max', maxOf, this, dim);
  }

  /**
   * The index of the first NaN, or else of the first of the largest values, along a dimension, or in row-major order over all.
   * Exact up to 2 ** 24, as float32 is.
   * @throws RangeError for a bad dimension, or if there are no values
   */
  argmax(dim?: number): Tensor {
    return reduced('argmax', argmaxOf, this, dim);
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

function bound(name: string, value: number | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  check('clamp()', name, value, NUMBER);
  return Math.fround(value);
}

/** Float32 arithmetic: sums, differences and products of float32 values in float64, rounded once, are those of float32. */
function elementwise(name: string, tensor: Tensor, other: unknown, compute: (a: number, b: number) => number): Tensor {
  const values = valuesOf(tensor);
  const isTensor = other instanceof Tensor;
  if (!isTensor && typeof other !== 'number') {
    throw mismatch(`${name}()`, 'the other value', 'a number or a Tensor', other);
  }
  if (!isTensor || other.shape.length === 0) {
    const operand = Math.fround(isTensor ? other.item() : other);
    return computed(
      values.map((value) => compute(value, operand)),
      tensor.shape,
    );
  }
  if (other.shape.length !== tensor.shape.length || other.shape.some((size, i) => size !== tensor.shape[i])) {
    const shapes = `[${tensor.shape.join(', ')}] and [${other.shape.join(', ')}]`;
    throw new RangeError(`${name}(): the shapes must be equal, because nothing is broadcast, got ${shapes}`);
  }
  const others = valuesOf(other);
  return computed(
    values.map((value, i) => compute(value, others[i]!)),
    tensor.shape,
  );
}

function reduced(name: string, reduction: Reduction, tensor: Tensor, dim: number | undefined): Tensor {
  const { data, shape } = reduce(name, reduction, valuesOf(tensor), tensor.shape, dim);
  return computed(data, shape);
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
    `got: ${values.length} values${isDetached(values) ? `: ${GONE}` : ''}`,
    `expected: ${wanted}`,
  );
}

/** How hooks read layertap's own tensors. A Tensor is immutable and is kept as it is; a Parameter is copied. */
export const tensorReader: TensorReader<Tensor> = {
  is: (value): value is Tensor => value instanceof Tensor,
  shape: (t) => t.shape,
  values: valuesOf,
  summarize: (t) => kernels().summarize(valuesOf(t)),
  keep: (t) => (t.constructor === Tensor ? t : new Tensor(valuesOf(t).slice(), t.shape)),
  withValues: (t, values) => new Tensor(Float32Array.from(values as ArrayLike<number>), t.shape),
};
