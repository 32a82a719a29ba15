/** @file The statistics that users call: they check what came, and leave the counting to the kernels. */
import type { HistogramCounts, Numbers, Summary } from './kernels.ts';
import { describe, isNumericTypedArray } from './number-array.ts';
import { kernels } from './select.ts';

/**
 * Statistics of one array: count, mean, variance, extremes, zeros, NaN and infinities.
 *
 * A Float32Array takes one pass at the speed of memory, in WebAssembly. Its sums are in float32 within blocks of 1024
 * values, around their mean, and in float64 between blocks: of any million values, mean and variance are within 1e-7 of
 * exact sums. Float64Array, 32-bit integers and plain arrays are summed in float64, in JavaScript.
 *
 * @param values numbers in any typed array but the BigInt ones, or a plain array
 * @throws TypeError for anything else; it names the first element that is not a number
 */
export function summarize(values: Numbers): Summary {
  checkNumbers('summarize', 'values', values);
  return kernels().summarize(values);
}

/**
 * Counts values into bins, exactly: bin i holds `edges[i] <= x < edges[i + 1]`, the last bin its right edge too, as in
 * `numpy.histogram`. What is below or above all bins, and NaN, is counted apart.
 *
 * @param values numbers in any typed array but the BigInt ones, or a plain array. Float32Array is the fastest
 * @param edges ascending (equal neighbours make an empty bin), at least two; infinities are allowed
 * @throws TypeError for anything that is not an array of numbers; RangeError for edges that are fewer than two, NaN
 *   or not ascending
 */
export function histogram(values: Numbers, edges: Numbers): HistogramCounts {
  checkNumbers('histogram', 'values', values);
  checkNumbers('histogram', 'edges', edges);
  if (edges.length < 2) {
    throw new RangeError(`histogram(): edges has ${edges.length} numbers; expected at least two`);
  }
  for (let i = 0; i < edges.length; i++) {
    // NaN is not at or above anything.
    if (edges[i]! >= (i === 0 ? -Infinity : edges[i - 1]!)) continue;
    const before = i === 0 ? '' : ` after ${edges[i - 1]}`;
    throw new RangeError(`histogram(): edges[${i}] is ${edges[i]}${before}; expected ascending numbers`);
  }
  return kernels().histogram(values, edges);
}

function checkNumbers(where: string, name: string, values: unknown): void {
  if (isNumericTypedArray(values)) return;
  if (!Array.isArray(values)) {
    throw new TypeError(`${where}(): ${name} is ${describe(values)}; expected an array of numbers`);
  }
  for (let i = 0; i < values.length; i++) {
    if (typeof values[i] === 'number') continue;
    throw new TypeError(`${where}(): ${name}[${i}] is ${describe(values[i])}; expected a number`);
  }
}
