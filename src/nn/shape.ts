import { describe, describeShape, mismatch } from '../check/index.ts';

/** More values than any engine's arrays hold. */
const MOST_VALUES = 2 ** 33;

export function numberOfValues(shape: readonly number[]): number {
  let product = 1;
  for (let i = 0; i < shape.length; i++) product *= shape[i]!;
  return product;
}

/** @throws TypeError for an array in the place of the dimensions: a usual mistake, because PyTorch accepts both */
export function checkSpread(name: string, dimensions: readonly unknown[]): void {
  const [only] = dimensions;
  if (dimensions.length !== 1 || !Array.isArray(only)) return;
  throw new TypeError(
    `${name}(): the dimensions are arguments, not an array\n  got: ${describe(only)}\n  expected: ${name}(${only.join(', ')})`,
  );
}

/** The number of rows of a batch: the product of all dimensions but the last. */
export function numberOfRows(shape: readonly number[]): number {
  let rows = 1;
  for (let i = 0; i < shape.length - 1; i++) rows *= shape[i]!;
  return rows;
}

/** A copy of the shape with another last dimension. */
export function withLast(shape: readonly number[], last: number): number[] {
  const other = shape.slice();
  other[shape.length - 1] = last;
  return other;
}

/**
 * @param where names the call in messages
 * @returns the number of values that the shape holds
 * @throws TypeError for anything but an array, RangeError for a dimension that is not a whole number of at least 0 or for
 *   too many values
 */
export function checkShape(where: string, shape: readonly number[]): number {
  if (!Array.isArray(shape)) throw mismatch(where, 'the shape', 'an array of numbers', shape);
  for (let dimension = 0; dimension < shape.length; dimension++) {
    const size = shape[dimension]!;
    if (Number.isSafeInteger(size) && size >= 0) continue;
    const asked = describeShape(shape);
    if (Number.isSafeInteger(size)) {
      throw new RangeError(`Trying to create tensor with negative dimension ${size}: ${asked}\n  in: ${where}`);
    }
    throw new RangeError(`${where}: dimension ${dimension} must be a whole number, got ${describe(size)}, in ${asked}`);
  }
  const values = numberOfValues(shape);
  if (values <= MOST_VALUES) return values;
  throw new RangeError(`${where}: the shape must hold at most ${MOST_VALUES} values, got [${shape.join(', ')}]`);
}
