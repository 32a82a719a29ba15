import { kernels, type Numbers } from '../../kernels/index.ts';
import type { Histogram } from '../format/event.ts';
import { histogramOf } from './histogram.ts';
import { type Moments, momentsOf } from './moments.ts';

/** The histogram of several arrays taken together. */
export class HistogramSum {
  readonly #edges: Float64Array;
  readonly #counts: Float64Array;
  #moments: Moments | undefined;

  /** @param edges ascending, at least two */
  constructor(edges: Float64Array) {
    this.#edges = edges;
    this.#counts = new Float64Array(edges.length - 1);
  }

  add(values: Numbers): void {
    const distribution = kernels().distribution(values, this.#edges);
    const { counts } = distribution;
    for (let i = 0; i < counts.length; i++) this.#counts[i]! += counts[i]!;
    const part = momentsOf(distribution);
    this.#moments = this.#moments === undefined ? part : addMoments(this.#moments, part);
  }

  /** The moments of all values so far; undefined before the first `add`. */
  get moments(): Moments | undefined {
    return this.#moments;
  }

  /** @returns undefined if no value fell into a bin */
  histogram(maxBins: number): Histogram | undefined {
    return this.#moments && histogramOf(this.#counts, this.#edges, this.#moments, maxBins);
  }
}

function addMoments(a: Moments, b: Moments): Moments {
  const sum = {
    num: a.num + b.num,
    min: a.min,
    max: a.max,
    sum: a.sum + b.sum,
    sumSquares: a.sumSquares + b.sumSquares,
    nan: a.nan + b.nan,
    positiveInfinity: a.positiveInfinity + b.positiveInfinity,
    negativeInfinity: a.negativeInfinity + b.negativeInfinity,
  };
  // Without finite values, the extremes are a meaningless 0.
  if (finite(a) === 0) [sum.min, sum.max] = [b.min, b.max];
  else if (finite(b) > 0) [sum.min, sum.max] = [Math.min(a.min, b.min), Math.max(a.max, b.max)];
  return sum;
}

const finite = ({ num, nan, positiveInfinity, negativeInfinity }: Moments) =>
  num - nan - positiveInfinity - negativeInfinity;
