import {
  absorb,
  describe,
  isNumeric,
  isThenable,
  isTypedNumbers,
  type Numbers,
  type NumericArray,
  readNumbers,
  VALUES,
} from '../check/index.ts';
import type { TensorReader } from '../hooks/index.ts';

/**
 * Numbers to log: one number, any typed array, a tensor (an object with numbers as `data` and its sizes as `shape` or
 * `dims`), or an array of these with equal shapes. True and false count as 1 and 0. If a tensor's `dtype` or `type` is
 * float16 or bfloat16, its data are read as such bits.
 */
export type SummaryValues =
  | number
  | bigint
  | boolean
  | NumericArray
  | { readonly data: NumericArray; readonly shape?: readonly number[]; readonly dims?: readonly number[] }
  | readonly SummaryValues[];

/** Row-major numbers and their shape. */
export interface NumberArray {
  /** May be the caller's own array. */
  readonly values: Numbers;
  readonly shape: readonly number[];
}

/** The limit of numpy and PyTorch. */
const MOST_DIMENSIONS = 64;

/**
 * Reads {@link SummaryValues}, or a tensor that `reader` reads.
 * @param where prefix of error messages
 * @throws TypeError that names the element; RangeError for arrays of unequal length
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
        `${where}: values${place} must have the shape [${expected.join(', ')}] of ${first}, ` +
          `got [${came.join(', ')}${part === undefined && expected.length > 1 ? ', …' : ''}]`,
      );
    }
    if (part !== undefined) {
      for (let i = 0; i < part.values.length; i++) flat[next++] = part.values[i]!;
      return;
    }
    // By index: forEach skips holes.
    const row = value as unknown[];
    for (let i = 0; i < row.length; i++) copy(row[i], dimension + 1, `${place}[${i}]`);
  };
  copy(values, 0, '');
  return { values: flat, shape };
}

/**
 * Reads a single number, in any number of dimensions.
 * @throws as {@link readArray}; RangeError for no number or several
 */
export function readScalar(where: string, value: unknown, reader?: TensorReader): number {
  if (typeof value === 'number') return value;
  const { values, shape } = readArray(where, value, reader);
  if (values.length !== 1) {
    throw new RangeError(`${where}: the value must be one number, got ${values.length} of shape [${shape.join(', ')}]`);
  }
  return values[0]!;
}

/** The shape of a nested array by its first elements. */
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

/** Reads a value that is not a nested array; undefined for one that is. */
function readLeaf(where: string, value: unknown, reader: TensorReader | undefined): NumberArray | undefined {
  if (reader?.is(value)) return readTensor(where, value, reader);
  if (value instanceof Float32Array && value.length > 0) return { values: value, shape: [value.length] };
  if (isNumeric(value)) return { values: [Number(value)], shape: [] };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  if (isTypedNumbers(value)) {
    const values = readNumbers(where, 'values', value);
    return { values, shape: [values.length] };
  }
  const { shape, dims, width, height } = value as Record<string, unknown>;
  const data = (value as Record<symbol, unknown>)[VALUES] ?? (value as { data?: unknown }).data;
  if (!isTypedNumbers(data) && !Array.isArray(data)) return undefined;
  const values = readNumbers(where, 'the data of values', data, value);
  const sizes = shape ?? dims;
  // The pixels of a canvas: ImageData.
  if (sizes === undefined && values.length === 4 * (width as number) * (height as number)) {
    return { values, shape: [height as number, width as number, 4] };
  }
  return { values, shape: checkShape(where, sizes, values.length) };
}

function readTensor(where: string, tensor: unknown, reader: TensorReader): NumberArray {
  const values = reader.values(tensor);
  if (isThenable(values)) {
    absorb(values);
    throw new TypeError(`${where}: the values of ${describe(tensor)} are asynchronous; await them, and log the array`);
  }
  if (values === undefined) throw new TypeError(`${where}: the values must be numbers, got ${describe(tensor)}`);
  return { values: readNumbers(where, `the data of ${describe(tensor)}`, values, tensor), shape: reader.shape(tensor) };
}

function checkShape(where: string, shape: unknown, length: number): readonly number[] {
  if (shape === undefined) return [length];
  const sizes: unknown[] | undefined = Array.isArray(shape) ? shape : undefined;
  if (!sizes?.every((size) => Number.isSafeInteger(size) && (size as number) >= 0)) {
    throw new TypeError(`${where}: the tensor's shape must be an array of sizes, got ${describe(shape)}`);
  }
  const product = (sizes as number[]).reduce((so, size) => so * size, 1);
  if (product === length) return sizes as number[];
  throw new RangeError(`${where}: the shape [${sizes.join(', ')}] holds ${product} values; the data has ${length}`);
}

function wrongType(where: string, value: unknown, place: string): TypeError {
  const hasData = typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && 'data' in value;
  const what = describe(value) + (hasData ? ` whose data is ${describe(value.data)}` : '');
  return new TypeError(
    `${where}: values${place} must be a number, a typed array, a tensor with such an array as its data, ` +
      `or an array of these, got ${what}`,
  );
}
