import { describe, describeShape } from '../check/index.ts';

/** More values than any engine gives one array; asked for by mistake rather than on purpose. */
const MOST_VALUES = 2 ** 33;

/** How many values a shape holds. */
export function numberOfValues(shape: readonly number[]): number {
  let product = 1;
  for (let i = 0; i < shape.length; i++) product *= shape[i]!;
  return product;
}

/**
 * Refuses an array in the place of the dimensions: PyTorch takes both, and so it is the usual mistake.
 * @throws TypeError that shows the call as it should be
 */
export function checkSpread(name: string, dimensions: readonly unknown[]): void {
  const [only] = dimensions;
  if (dimensions.length !== 1 || !Array.isArray(only)) return;
  throw new TypeError(
    `${name}(): the dimensions are arguments, not an array\n  came: ${describe(only)}\n  expected: ${name}(${only.join(', ')})`,
  );
}

/** How many rows a batch of this shape has: all dimensions but the last. */
export function numberOfRows(shape: readonly number[]): number {
  let rows = 1;
  for (let i = 0; i < shape.length - 1; i++) rows *= shape[i]!;
  return rows;
}

/** The same shape with another last dimension. */
export function withLast(shape: readonly number[], last: number): number[] {
  const other = shape.slice();
  other[shape.length - 1] = last;
  return other;
}

/**
 * @param what the function that was given the shape, for the message
 * @returns how many values the shape holds
 * @throws RangeError for a dimension that is not a whole number of at least 0, or too many values in all
 */
export function checkShape(what: string, shape: readonly number[]): number {
  if (!Array.isArray(shape))
    throw new TypeError(`${what}: the shape must be an array of numbers, got ${describe(shape)}`);
  for (let dimension = 0; dimension < shape.length; dimension++) {
    const size = shape[dimension]!;
    if (Number.isSafeInteger(size) && size >= 0) continue;
    const asked = describeShape(shape);
    if (Number.isSafeInteger(size)) {
      throw new RangeError(`Trying to create tensor with negative dimension ${size}: ${asked}\n  asked by: ${what}`);
    }
    throw new RangeError(`${what}: dimension ${dimension} must be a whole number, got ${describe(size)}, in ${asked}`);
  }
  const values = numberOfValues(shape);
  if (values > MOST_VALUES)
    throw new RangeError(`${what}: a tensor of shape [${shape.join(', ')}] has ${values} values: too many`);
  return values;
}
