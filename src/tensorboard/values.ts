import { describe, isThenable, type TensorReader } from '../hooks/index.ts';
import type { Numbers } from '../kernels/index.ts';

/**
 * Numbers to be logged: one number, any typed array but the BigInt ones, a tensor (any object whose `data` is such an
 * array, with its sizes as `shape`), or an array of any of these with one shape.
 */
export type SummaryValues =
  | number
  | Numbers
  | { readonly data: Numbers; readonly shape?: readonly number[] }
  | readonly SummaryValues[];

/** Numbers, row-major, and the sizes of the dimensions, outermost first. */
export interface NumberArray {
  /** May be the caller's own array. */
  readonly values: Numbers;
  readonly shape: readonly number[];
}

/** As many as numpy and PyTorch take. */
const MOST_DIMENSIONS = 64;

/**
 * Reads {@link SummaryValues}, or a tensor of the framework that `reader` reads.
 * @param where names the call in the error message
 * @throws TypeError that says which element came and what was expected; RangeError for arrays of unequal length
 */
export function readArray(where: string, values: unknown, reader?: TensorReader): NumberArray {
  const leaf = readLeaf(where, values, reader);
  if (leaf !== undefined) return leaf;
  if (!Array.isArray(values)) throw wrongType(where, values, '');
  const shape = shapeOf(where, values, reader);
  const flat = new Float64Array(shape.reduce((product, size) => product * size, 1));
  let next = 0;
  const copy = (value: unknown, dimension: number, place: string): void => {
    const part = readLeaf(where, value, reader);
    const came = part?.shape ?? (Array.isArray(value) ? [value.length] : undefined);
    if (came === undefined) throw wrongType(where, value, place);
    const expected = shape.slice(dimension);
    if (part === undefined ? came[0] !== expected[0] : came.join() !== expected.join()) {
      const first = `values${'[0]'.repeat(dimension)}`;
      throw new RangeError(
        `${where}: values${place} has the shape [${came.join(', ')}${part === undefined && expected.length > 1 ? ', …' : ''}]; ` +
          `expected [${expected.join(', ')}], as ${first} has`,
      );
    }
    if (part !== undefined) {
      for (let i = 0; i < part.values.length; i++) flat[next++] = part.values[i]!;
      return;
    }
    // By index: forEach would pass over holes.
    const row = value as unknown[];
    for (let i = 0; i < row.length; i++) copy(row[i], dimension + 1, `${place}[${i}]`);
  };
  copy(values, 0, '');
  return { values: flat, shape };
}

/**
 * Reads values that hold a single number, whatever the number of dimensions.
 * @throws as {@link readArray} does, RangeError if there are none or several
 */
export function readScalar(where: string, value: unknown, reader?: TensorReader): number {
  if (typeof value === 'number') return value;
  const { values, shape } = readArray(where, value, reader);
  if (values.length !== 1) {
    throw new RangeError(`${where}: expected one number, got ${values.length} of shape [${shape.join(', ')}]`);
  }
  return values[0]!;
}

/** The sizes that an array has if its first elements are like all others. */
function shapeOf(where: string, values: readonly unknown[], reader: TensorReader | undefined): number[] {
  const shape: number[] = [];
  for (let level: unknown = values; ; level = (level as unknown[])[0]) {
    const leaf = readLeaf(where, level, reader);
    if (leaf !== undefined) return [...shape, ...leaf.shape];
    if (!Array.isArray(level)) throw wrongType(where, level, '[0]'.repeat(shape.length));
    shape.push(level.length);
    if (level.length === 0) return shape;
    if (shape.length > MOST_DIMENSIONS) {
      throw new RangeError(`${where}: more than ${MOST_DIMENSIONS} dimensions; an array that contains itself?`);
    }
  }
}

/** What holds numbers itself, and is not an array of such things. */
function readLeaf(where: string, value: unknown, reader: TensorReader | undefined): NumberArray | undefined {
  if (typeof value === 'number') return { values: [value], shape: [] };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  refuseComplex(where, value);
  if (reader?.is(value)) {
    const values = reader.values(value);
    if (isThenable(values)) {
      throw new TypeError(
        `${where}: the values of ${describe(value)} can only be waited for; await them, and log the array`,
      );
    }
    return { values, shape: reader.shape(value) };
  }
  if (isNumbers(value)) return { values: value, shape: [value.length] };
  const { data, shape, width, height } = value as {
    data?: unknown;
    shape?: unknown;
    width?: unknown;
    height?: unknown;
  };
  if (!isNumbers(data)) return undefined;
  // The pixels of a canvas: ImageData.
  if (shape === undefined && data.length === 4 * (width as number) * (height as number)) {
    return { values: data, shape: [height as number, width as number, 4] };
  }
  return { values: data, shape: checkShape(where, shape, data.length) };
}

/** A typed array of numbers. Told by its tag, since instanceof fails across realms; but that is quick where it holds. */
function isNumbers(value: unknown): value is Numbers {
  if (value instanceof Float32Array) return true;
  if (!ArrayBuffer.isView(value)) return false;
  return /^\[object (Int|Uint|Float)\d+(Clamped)?Array\]$/.test(Object.prototype.toString.call(value));
}

function checkShape(where: string, shape: unknown, length: number): readonly number[] {
  if (shape === undefined) return [length];
  const sizes: unknown[] | undefined = Array.isArray(shape) ? shape : undefined;
  if (!sizes?.every((size) => Number.isSafeInteger(size) && (size as number) >= 0)) {
    throw new TypeError(`${where}: the tensor's shape is ${describe(shape)}; expected an array of sizes`);
  }
  const product = (sizes as number[]).reduce((so, size) => so * size, 1);
  if (product === length) return sizes as number[];
  throw new RangeError(`${where}: the shape [${sizes.join(', ')}] holds ${product} values; the data has ${length}`);
}

/** The parts of complex numbers, one after another, would pass for twice as many real ones. */
function refuseComplex(where: string, value: object): void {
  const { dtype } = value as { dtype?: unknown };
  if (typeof dtype === 'string' && dtype.startsWith('complex')) {
    throw new TypeError(`${where}: ${describe(value)} holds complex numbers (${dtype}); expected real ones`);
  }
}

function wrongType(where: string, value: unknown, place: string): TypeError {
  const hasData = typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && 'data' in value;
  const what = describe(value) + (hasData ? ` whose data is ${describe(value.data)}` : '');
  return new TypeError(
    `${where}: values${place} is ${what}; expected a number, a typed array (not of BigInts), ` +
      'a tensor with such an array as its data, or arrays of these',
  );
}
