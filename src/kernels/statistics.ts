/** @file The public statistics: checked arguments, counted by the kernels. */
import { type Numbers, type NumericArray, readNumbers, type Summary } from '../check/index.ts';
import { defaultEdges } from './histogram-edges.ts';
import type { Distribution, HistogramCounts } from './kernels.ts';
import { kernels } from './select.ts';

/**
 * Statistics of an array: count, mean, variance, extremes, zeros, NaN and infinities.
 *
 * A Float32Array takes one pass at the speed of memory, in WebAssembly. Sums are in float32 within blocks of 1024 values,
 * around their mean, and in float64 between blocks: mean and variance of any million values are within 1e-7 of exact
 * sums. Float64Array, integers of 32 and 64 bits and plain arrays are summed in float64, in JavaScript.
 *
 * @param values numbers in any typed array, or a plain array
 * @throws TypeError for anything else; it names the first element that is not a number
 */
export function summarize(values: NumericArray): Summary {
  return kernels().summarize(readNumbers('summarize()', 'values', values));
}

/**
 * Counts values into bins, exactly: bin i holds `edges[i] <= x < edges[i + 1]`, the last bin includes its right edge, as
 * in `numpy.histogram`. Values below and above all bins, and NaN, are counted apart.
 *
 * @param values numbers in any typed array, or a plain array. Float32Array is the fastest
 * @param edges ascending (equal neighbours make an empty bin), at least two; infinities are allowed
 * @throws TypeError for anything that is not an array of numbers; RangeError for edges that are fewer than two, NaN or
 *   not ascending
 */
export function histogram(values: NumericArray, edges: NumericArray): HistogramCounts {
  const numbers = readNumbers('histogram()', 'values', values);
  return kernels().histogram(numbers, readEdges('histogram()', edges));
}

/**
 * {@link histogram} and {@link summarize} in one pass, about as fast as the histogram alone. Sums, mean and variance are
 * in float64.
 *
 * @param values as for {@link histogram}
 * @param edges as for {@link histogram}
 * @throws as {@link histogram}
 */
export function distribution(values: NumericArray, edges: NumericArray): Distribution {
  const numbers = readNumbers('distribution()', 'values', values);
  const found: Writable<Distribution> = kernels().distribution(numbers, readEdges('distribution()', edges));
  // Turns -0 into 0.
  found.min += 0;
  found.max += 0;
  return found;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function readEdges(where: string, edges: NumericArray): Numbers {
  if (edges === defaultEdges()) return edges as Float64Array;
  const limits = readNumbers(where, 'edges', edges);
  if (limits.length < 2) throw new RangeError(`${where}: edges must have at least two numbers, got ${limits.length}`);
  for (let i = 0; i < limits.length; i++) {
    // Also false for NaN.
    if (limits[i]! >= (i === 0 ? -Infinity : limits[i - 1]!)) continue;
    const before = i === 0 ? '' : ` after ${limits[i - 1]}`;
    throw new RangeError(`${where}: edges must ascend, got ${limits[i]}${before} at index ${i}`);
  }
  return limits;
}
