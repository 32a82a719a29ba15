/** @file The statistics that users call: they check what came, and leave the counting to the kernels. */
import { type NumericArray, readNumbers, type Summary } from '../check/index.ts';
import type { HistogramCounts } from './kernels.ts';
import { kernels } from './select.ts';

/**
 * Statistics of one array: count, mean, variance, extremes, zeros, NaN and infinities.
 *
 * A Float32Array takes one pass at the speed of memory, in WebAssembly. Its sums are in float32 within blocks of 1024
 * values, around their mean, and in float64 between blocks: of any million values, mean and variance are within 1e-7 of
 * exact sums. Float64Array, integers of 32 and 64 bits and plain arrays are summed in float64, in JavaScript.
 *
 * @param values numbers in any typed array, or a plain array
 * @throws TypeError for anything else; it names the first element that is not a number
 */
export function summarize(values: NumericArray): Summary {
  return kernels().summarize(readNumbers('summarize()', 'values', values));
}

/**
 * Counts values into bins, exactly: bin i holds `edges[i] <= x < edges[i + 1]`, the last bin its right edge too, as in
 * `numpy.histogram`. What is below or above all bins, and NaN, is counted apart.
 *
 * @param values numbers in any typed array, or a plain array. Float32Array is the fastest
 * @param edges ascending (equal neighbours make an empty bin), at least two; infinities are allowed
 * @throws TypeError for anything that is not an array of numbers; RangeError for edges that are fewer than two, NaN
 *   or not ascending
 */
export function histogram(values: NumericArray, edges: NumericArray): HistogramCounts {
  const numbers = readNumbers('histogram()', 'values', values);
  const limits = readNumbers('histogram()', 'edges', edges);
  if (limits.length < 2) {
    throw new RangeError(`histogram(): edges has ${limits.length} numbers; expected at least two`);
  }
  for (let i = 0; i < limits.length; i++) {
    // NaN is not at or above anything.
    if (limits[i]! >= (i === 0 ? -Infinity : limits[i - 1]!)) continue;
    const before = i === 0 ? '' : ` after ${limits[i - 1]}`;
    throw new RangeError(`histogram(): edges[${i}] is ${limits[i]}${before}; expected ascending numbers`);
  }
  return kernels().histogram(numbers, limits);
}
