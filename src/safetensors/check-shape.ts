import { describe } from './describe.ts';

/**
 * The number of elements of a shape.
 * @param where begins the message of the error that is thrown if it is no shape
 */
export function checkShape(shape: unknown, where: string): number {
  if (!Array.isArray(shape) || ![...shape].every(isSize)) {
    throw new RangeError(
      `${where}: shape must be an array of whole numbers from 0 to 2^53 - 1, got ${describe(shape)}`,
    );
  }
  let count = 1;
  for (const size of shape as number[]) {
    count *= size;
    // Once past the exact integers, a later 0 must not hide it.
    if (!Number.isSafeInteger(count)) {
      throw new RangeError(`${where}: shape ${describe(shape)} has 2^53 elements or more`);
    }
  }
  return count;
}

function isSize(size: unknown): boolean {
  // -0 would pass for a whole number, and print as 0.
  return Number.isSafeInteger(size) && (size as number) >= 0 && !Object.is(size, -0);
}
