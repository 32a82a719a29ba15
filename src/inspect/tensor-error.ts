/** @file The difference of two tensors of the same shape. */
import type { Numbers } from '../check/index.ts';
import type { Tolerance } from './tolerance.ts';
import { exactly } from './values.ts';

export interface TensorError {
  /** The largest |a - b|; Infinity where one is a number and the other is not, or where shapes differ. */
  readonly max: number;
  /** The root mean square of a - b, divided by that of a. */
  readonly relative: number;
  /** The largest multiple of the local tolerance. More than 1 is a difference. */
  readonly ratio: number;
  /** Where that is, and both values there. */
  readonly at: number;
  readonly a: number | bigint;
  readonly b: number | bigint;
  /** How many values are beyond the tolerance, of how many. */
  readonly beyond: number;
  readonly count: number;
  /** How many differences were excused: one step of a quantized value, a comparison at its threshold. */
  readonly excused: number;
  /** What `a` and `b` are, where only samples and statistics are known and a statistic differs most: the mean, for instance. */
  readonly statistic?: string | undefined;
  /** Why the two cannot be compared: shapes that differ. */
  readonly problem?: string | undefined;
}

/** Two NaN are equal, and so are two infinities of one sign. */
const same = (a: number, b: number) => a === b || (Number.isNaN(a) && Number.isNaN(b));

/**
 * The difference of two tensors of floats.
 * @param indices which values of the whole tensor these are; default: all
 */
export function floatError(a: Numbers, b: Numbers, tolerance: Tolerance, indices?: Numbers): TensorError {
  const { factor, x, xStride, w, wStride } = tolerance;
  let [max, ratio, at, beyond, squares, ofA] = [0, 0, 0, 0, 0, 0];
  const { length } = a;
  const [rows, columns] = [x.length, w.length];
  for (let i = 0; i < length; i++) {
    const [p, q] = [a[i]!, b[i]!];
    if (Number.isFinite(p)) ofA += p * p;
    if (same(p, q)) continue;
    const distance = Math.abs(p - q);
    const difference = Number.isFinite(distance) ? distance : Infinity;
    const index = indices === undefined ? i : indices[i]!;
    const row = Math.min(rows - 1, Math.floor(index / xStride));
    const scale = x[row]! * w[Math.floor(index / wStride) % columns]!;
    // A subnormal difference is none: engines may flush them to zero.
    const multiple = difference < SMALLEST ? 0 : difference / (factor * (scale + Math.abs(p)));
    squares += difference * difference;
    if (difference > max) max = difference;
    if (multiple > 1) beyond++;
    if (multiple > ratio || Number.isNaN(multiple)) {
      ratio = Number.isNaN(multiple) ? Infinity : multiple;
      at = i;
    }
  }
  const relative = squares === 0 ? 0 : Math.sqrt(squares / ofA);
  const [p, q] = [a[at] ?? Number.NaN, b[at] ?? Number.NaN];
  return { max, relative, ratio, at, a: p, b: q, beyond, count: length, excused: 0 };
}

/** The smallest normal float32. */
const SMALLEST = 2 ** -126;

/**
 * The difference of two tensors of integers or truth values, which must be equal.
 * @param isExcused whether a difference is none, see `excused`
 */
export function exactError(rounded: Numbers, others: Numbers, isExcused: (i: number) => boolean): TensorError {
  const [a, b] = [exactly(rounded), exactly(others)];
  let [max, at, beyond, excused] = [0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [p, q] = [a[i]!, b[i]!];
    if (equal(p, q)) continue;
    if (isExcused(i)) {
      excused++;
      continue;
    }
    beyond++;
    const difference = typeof p === 'number' && typeof q === 'number' ? Math.abs(p - q) : bigDifference(p, q);
    if (difference > max) [max, at] = [difference, i];
  }
  const ratio = beyond === 0 ? 0 : Infinity;
  const [p, q] = [a[at] ?? Number.NaN, b[at] ?? Number.NaN];
  return { max, relative: beyond / (a.length || 1), ratio, at, a: p, b: q, beyond, count: a.length, excused };
}

/** A 64-bit integer may be a bigint on one side alone. */
const equal = (p: number | bigint, q: number | bigint) =>
  typeof p === typeof q ? p === q || Object.is(p, q) : !(p < q) && !(p > q);

const bigDifference = (p: number | bigint, q: number | bigint) => Math.abs(Number(BigInt(p) - BigInt(q)));

export const shapeError = (a: readonly number[], b: readonly number[]): TensorError => ({
  max: Infinity,
  relative: Infinity,
  ratio: Infinity,
  at: 0,
  a: Number.NaN,
  b: Number.NaN,
  beyond: 0,
  count: 0,
  excused: 0,
  problem: `the shape [${b.join(', ')}] instead of [${a.join(', ')}]`,
});

/** The worst of several tensors; undefined for none. */
export function worst(errors: readonly TensorError[]): TensorError | undefined {
  if (errors.length === 0) return undefined;
  const top = errors.reduce((found, one) => (one.ratio > found.ratio ? one : found));
  return { ...top, excused: errors.reduce((sum, { excused }) => sum + excused, 0) };
}
