/** @file Making tensors from a shape. */
import { describe } from '../check/index.ts';
import { normal, uniform } from './random.ts';
import { checkShape, checkSpread } from './shape.ts';
import { Tensor } from './tensor.ts';

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
