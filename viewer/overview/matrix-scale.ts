import type { Statistic } from '../state/view-state.ts';

/** Puts the numbers of the overview on a scale of colours. */
export interface MatrixScale {
  /** From one hue over nothing to another, about 0; otherwise from little to much. */
  readonly diverging: boolean;
  /** 0 to 1, at the ends for what is beyond them; 0.5 is 0 where it diverges. NaN for NaN. */
  position(value: number): number;
  /** What the ends stand for. */
  readonly low: number;
  readonly high: number;
  /** How it goes from one end to the other. */
  readonly kind: 'linear' | 'log' | 'symlog';
}

/** The shares of all numbers between which the colours change: a few that are far out do not take them all. */
export const ROBUST: readonly [number, number] = [0.05, 0.95];

/**
 * The scale for a statistic, from the numbers that are to be seen. Shares go from 0 to 1; a standard deviation, of
 * which only the order of size matters, is logarithmic; what may be negative diverges about 0, linear near it and
 * logarithmic far from it. NaN and infinities have no place in it.
 */
export function matrixScale(statistic: Statistic, numbers: ArrayLike<number>): MatrixScale {
  const sorted = Float64Array.from(numbers).filter(Number.isFinite).sort();
  switch (statistic) {
    case 'zeros':
    case 'nonFinite':
      return linear(0, 1);
    case 'count':
      return linear(0, quantile(sorted, 1) || 1);
    case 'std': {
      const positive = sorted.filter((value) => value > 0);
      return positive.length === 0 ? linear(0, 1) : logarithmic(positive);
    }
    default:
      return symmetric(sorted.map(Math.abs).sort());
  }
}

const within = (position: number): number => Math.min(1, Math.max(0, position));

/** The number below which this share of them lies; NaN where there are none. */
function quantile(sorted: Float64Array, share: number): number {
  return sorted.length === 0 ? Number.NaN : sorted[Math.round(share * (sorted.length - 1))]!;
}

function linear(low: number, high: number): MatrixScale {
  return { diverging: false, kind: 'linear', low, high, position: (value) => within((value - low) / (high - low)) };
}

function logarithmic(positive: Float64Array): MatrixScale {
  const [from, to] = ROBUST.map((share) => Math.log10(quantile(positive, share))) as [number, number];
  // At least a factor of ten: noise alone is no picture.
  const missing = Math.max(0, 1 - (to - from)) / 2;
  const [low, high] = [from - missing, to + missing];
  return {
    diverging: false,
    kind: 'log',
    low: 10 ** low,
    high: 10 ** high,
    position: (value) => (value <= 0 ? 0 : within((Math.log10(value) - low) / (high - low))),
  };
}

function symmetric(sizes: Float64Array): MatrixScale {
  const limit = quantile(sizes, ROBUST[1]) || 1;
  const bend = quantile(sizes, 0.5) || limit;
  const most = Math.log1p(limit / bend);
  return {
    diverging: true,
    kind: 'symlog',
    low: -limit,
    high: limit,
    position: (value) => within(0.5 + (Math.sign(value) * Math.log1p(Math.abs(value) / bend)) / most / 2),
  };
}
