import { ticks } from 'd3-array';
import type { Range, View } from '../state/view-state.ts';
import { formatTicks, formatValue } from './format-numbers.ts';

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** An axis of values. Positions run from 0 at the lower end of the domain to 1 at the upper end. */
export interface ValueAxis {
  readonly domain: Range;
  /** Less than 0 or more than 1 for values outside the domain. */
  position(value: number): number;
  valueAt(position: number): number;
  /** Ascending: as many as fit on an axis of this length with at least this distance between them. */
  ticks(length: number, distance: number): Tick[];
  /** The domain after zooming about a position. A factor of 0.5 halves it. */
  zoomed(factor: number, about: number): Range;
  moved(by: number): Range;
}

/** The difference of two values within this is finite. */
const FARTHEST = 1e300;

/**
 * A linear or a symmetric-log axis. The latter is about linear within ±`constant` and logarithmic beyond:
 * sgn(x) log(1 + |x / C|) (Webber, "A bi-symmetric log transformation for wide-range data", 2013).
 */
export function valueAxis(kind: View['valueAxis'], domain: Range, constant: number): ValueAxis {
  const bend = (value: number): number =>
    kind === 'linear' ? value : Math.sign(value) * Math.log1p(Math.abs(value / constant));
  const straighten = (bent: number): number =>
    kind === 'linear' ? bent : Math.sign(bent) * Math.expm1(Math.abs(bent)) * constant;
  const [first, last] = [bend(domain[0]), bend(domain[1])];
  // An empty domain maps everything to the middle.
  const position = (value: number): number => (first === last ? 0.5 : (bend(value) - first) / (last - first));
  const valueAt = (at: number): number => straighten(first * (1 - at) + last * at);

  /** The domain between two positions, or the present one if it would be too narrow for float64. */
  function between(lower: number, upper: number): Range {
    const from = Math.max(-FARTHEST, valueAt(lower));
    const to = Math.min(FARTHEST, valueAt(upper));
    const finest = Math.max(Math.abs(from), Math.abs(to)) * 1e-12;
    return to - from > finest ? [from, to] : domain;
  }

  return {
    domain,
    position,
    valueAt,
    ticks(length, distance) {
      const most = Math.max(2, Math.floor(length / distance));
      if (kind === 'symlog') {
        const ticks = decades(domain, (a, b) => Math.abs(position(a) - position(b)) * length >= distance);
        if (ticks.length > 2) return ticks.map((value) => ({ value, label: formatValue(value) }));
      }
      const far = (value: number, other: number | undefined): boolean =>
        other === undefined || Math.abs(position(value) - position(other)) * length >= distance * 0.999;
      let values: number[] = [];
      // d3 takes the count as a hint, and its even spacing may be too close on a bent axis.
      for (let count = most; count > 0; count--) {
        values = ticks(domain[0], domain[1], count);
        if (values.every((value, i) => far(value, values[i - 1]))) break;
      }
      const labels = formatTicks(values);
      return values.map((value, i) => ({ value, label: labels[i]! }));
    },
    zoomed: (factor, about) => between(about - about * factor, about + (1 - about) * factor),
    moved: (by) => between(by, 1 + by),
  };
}

/** 0 and powers of ten, then 5 and 2 times these, skipping those too close to earlier ones. */
function decades([from, to]: Range, apart: (a: number, b: number) => boolean): number[] {
  const chosen: number[] = [];
  const take = (value: number): void => {
    if (value >= from && value <= to && chosen.every((other) => apart(value, other))) chosen.push(value);
  };
  const top = Math.floor(Math.log10(Math.max(Math.abs(from), Math.abs(to))) + 1e-9);
  const exponents = Array.from({ length: Math.min(650, top + 330) }, (_, i) => top - i);
  take(0);
  // If not all powers fit, every third one first: 1000, 1, 0.001 rather than 1000, 10, 0.1.
  const fit = exponents.slice(0, 3).every((_, i) => i === 0 || apart(10 ** (top - i), 10 ** (top - i + 1)));
  for (const every of fit ? [1] : [3, 1]) {
    for (const exponent of exponents) {
      if ((top - exponent) % every === 0) for (const sign of [1, -1]) take(sign * Number(`1e${exponent}`));
    }
  }
  for (const factor of [5, 2]) {
    for (const exponent of [top + 1, ...exponents.slice(0, 12)]) {
      for (const sign of [1, -1]) take(sign * Number(`${factor}e${exponent}`));
    }
  }
  return chosen.sort((a, b) => a - b);
}
