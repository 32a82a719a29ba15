import { formatShare, formatValue } from '../cards/format-numbers.ts';
import { clamp } from '../cards/geometry.ts';
import { cellColours, SHADES } from '../cards/palettes.ts';
import type { Theme } from '../cards/theme.ts';
import { element, say } from '../element.ts';
import type { Statistic, View } from '../state/view-state.ts';
import { isShare } from './matrix-rows.ts';

export interface MatrixScale {
  /** Whether the colours diverge from 0 to two hues; otherwise they go from little to much. */
  readonly diverging: boolean;
  /** From 0 to 1, clamped; 0.5 is the middle of a diverging scale. NaN for NaN. */
  position(value: number): number;
  readonly low: number;
  readonly high: number;
  readonly kind: 'linear' | 'log' | 'symlog';
}

/** The colours change between these quantiles, so that a few outliers do not take them all. */
const ROBUST: readonly [number, number] = [0.05, 0.95];

/**
 * The scale for a statistic, from the visible numbers. Shares are linear from 0 to 1; standard deviations logarithmic;
 * statistics that may be negative diverge from 0 on a symmetric-log scale. NaN and infinities are ignored.
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

const within = (position: number): number => clamp(position, 0, 1);

/** NaN if there are no numbers. */
function quantile(sorted: Float64Array, share: number): number {
  return sorted.length === 0 ? Number.NaN : sorted[Math.round(share * (sorted.length - 1))]!;
}

function linear(low: number, high: number): MatrixScale {
  return { diverging: false, kind: 'linear', low, high, position: (value) => within((value - low) / (high - low)) };
}

function logarithmic(positive: Float64Array): MatrixScale {
  const [from, to] = ROBUST.map((share) => Math.log10(quantile(positive, share))) as [number, number];
  // At least a factor of ten, so that noise alone does not take all colours.
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

/** Explains the colours of the matrix. */
export function legend(): { element: HTMLElement; draw(scale: MatrixScale, view: View, theme: Theme): void } {
  const [lowEnd, highEnd] = [element('span', { class: 'number' }), element('span', { class: 'number' })];
  const colours = element('canvas', { width: SHADES, height: 1, 'aria-hidden': 'true' });
  const how = element('span', { class: 'hint' });
  const alarm = element('span', { class: 'alarm' }, 'NaN or infinite');
  return {
    element: element('div', { class: 'legend' }, lowEnd, colours, highEnd, how, alarm),
    draw({ diverging, low, high, kind }, { overviewScale, statistic }, { dark }) {
      const context = colours.getContext('2d')!;
      const picture = context.createImageData(SHADES, 1);
      for (const [i, colour] of cellColours(diverging, dark).entries()) picture.data.set([...colour, 255], i * 4);
      context.putImageData(picture, 0, 0);
      const each = overviewScale === 'each row';
      const share = isShare(statistic);
      const format = (value: number) => (share ? formatShare(value) : formatValue(value, 2));
      say(lowEnd, each && !share ? 'low' : format(low));
      say(highEnd, each && !share ? 'high' : format(high));
      const robust = `${kind}, ${ROBUST[0] * 100}–${ROBUST[1] * 100} % of the ${each ? 'row' : 'cells'}`;
      say(how, share ? '' : statistic === 'count' ? kind : robust);
    },
  };
}
