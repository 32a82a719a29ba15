/** @file Making tensors from values, or from a shape. */
import { describe, readNumbers, tagOf, typeName } from '../check/index.ts';
import { normal, uniform } from './random.ts';
import { checkShape, checkSpread, numberOfValues } from './shape.ts';
import { type Nested, Tensor, type TensorLike, valuesOf } from './tensor.ts';

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
        `  got: ${[values, ...more].map(describe).join(', ')}\n` +
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
        throw new TypeError(`must be real number, not ${typeName(value)}\n  got: ${describe(value)} at values${path}`);
      }
      data[next++] = value;
      return;
    }
    if (!Array.isArray(value)) throw new TypeError(`not a sequence\n  got: ${describe(value)} at values${path}`);
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
  if (/^Big|DataView/.test(tagOf(values))) {
    throw new TypeError(`tensor(): a typed array must hold numbers, got ${describe(values)}`);
  }
  const data = Float32Array.from(readNumbers('tensor()', 'the data', values, tensor));
  return new Tensor(data, [data.length]);
}

/** The limit of numpy and PyTorch. */
const MOST_DIMENSIONS = 64;

/** A tensor of zeros; a scalar if there are no dimensions. @throws RangeError for a dimension that is not a whole number >= 0 */
export function zeros(...shape: number[]): Tensor {
  return new Tensor(allocateSpread('zeros', shape), shape);
}

/** A tensor of ones. @throws RangeError for a dimension that is not a whole number >= 0 */
export function ones(...shape: number[]): Tensor {
  return new Tensor(allocateSpread('ones', shape).fill(1), shape);
}

/** A tensor filled with one value. @throws RangeError for a bad shape, TypeError for a value that is not a number */
export function full(shape: readonly number[], value: number): Tensor {
  const data = allocate('full()', shape);
  if (typeof value !== 'number') throw new TypeError(`full(): the value must be a number, got ${describe(value)}`);
  return new Tensor(data.fill(value), [...shape]);
}

/** Uniform in [0, 1). After `manualSeed(n)`, the numbers of `torch.rand` on the CPU. @throws RangeError for a bad shape */
export function rand(...shape: number[]): Tensor {
  return new Tensor(uniform(allocateSpread('rand', shape), 0, 1), shape);
}

/**
 * Normal with mean 0 and standard deviation 1. After `manualSeed(n)`, the numbers of `torch.randn` on the CPU, except for
 * the last bits of the logarithm and cosine. @throws RangeError for a bad shape
 */
export function randn(...shape: number[]): Tensor {
  return new Tensor(normal(allocateSpread('randn', shape)), shape);
}

function allocateSpread(name: string, dimensions: readonly number[]): Float32Array {
  checkSpread(name, dimensions);
  return allocate(`${name}()`, dimensions);
}

function allocate(where: string, shape: readonly number[]): Float32Array {
  const values = checkShape(where, shape);
  try {
    return new Float32Array(values);
  } catch (cause) {
    throw new RangeError(`${where}: no memory for a tensor of shape [${shape.join(', ')}]`, { cause });
  }
}
