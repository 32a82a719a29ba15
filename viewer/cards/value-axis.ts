import { ticks } from 'd3-array';
import type { Range, View } from '../state/view-state.ts';
import { formatTicks, formatValue } from './numbers.ts';

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** An axis of values. Positions go from 0, the lower end of the domain, to 1, the upper end. */
export interface ValueAxis {
  readonly domain: Range;
  /** Less than 0 or more than 1 for values that are not shown. */
  position(value: number): number;
  valueAt(position: number): number;
  /** As many as fit on an axis of this length, if two of them keep at least this distance. Ascending. */
  ticks(length: number, distance: number): Tick[];
  /** What is shown after zooming about a position: a factor of 0.5 shows half of it. */
  zoomed(factor: number, about: number): Range;
  /** What is shown after moving by a part of the axis. */
  moved(by: number): Range;
}

/** Beyond this, differences of two values are no finite numbers any more. */
const FARTHEST = 1e300;

/**
 * A linear axis, or a symmetric-log one: linear around 0, logarithmic far from it, with the border at about
 * ±`constant` (Webber, "A bi-symmetric log transformation for wide-range data", 2013: sgn(x) log(1 + |x / C|)).
 */
export function valueAxis(kind: View['valueAxis'], domain: Range, constant: number): ValueAxis {
  const bend = (value: number): number =>
    kind === 'linear' ? value : Math.sign(value) * Math.log1p(Math.abs(value / constant));
  const straighten = (bent: number): number =>
    kind === 'linear' ? bent : Math.sign(bent) * Math.expm1(Math.abs(bent)) * constant;
  const [first, last] = [bend(domain[0]), bend(domain[1])];
  // Of one value alone, all are in the middle.
  const position = (value: number): number => (first === last ? 0.5 : (bend(value) - first) / (last - first));
  const valueAt = (at: number): number => straighten(first * (1 - at) + last * at);

  /** A range that numbers can tell apart, or what is shown now. */
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
      // d3 takes the number as a hint: it may give more, and on a bent axis they may stand closer.
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

/** 0 and powers of ten, then their doubles and halves, as long as each keeps its distance from those before. */
function decades([from, to]: Range, apart: (a: number, b: number) => boolean): number[] {
  const chosen: number[] = [];
  const take = (value: number): void => {
    if (value >= from && value <= to && chosen.every((other) => apart(value, other))) chosen.push(value);
  };
  const top = Math.floor(Math.log10(Math.max(Math.abs(from), Math.abs(to))) + 1e-9);
  const exponents = Array.from({ length: Math.min(650, top + 330) }, (_, i) => top - i);
  take(0);
  // Every third power first where not all of them fit: 1000, 1, 0.001 and not 1000, 10, 0.1.
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
