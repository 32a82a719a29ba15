import type { AxisUnit, Range } from '../state/view-state.ts';

/** No axis is zoomed to less: one step, or a hundredth of a second. Nor to what float64 cannot tell apart. */
const LEAST: Readonly<Record<AxisUnit, number>> = { step: 1, relative: 0.01, wall: 0.01 };

const FINEST = 1e-14;

/** A range around a single place; others are not changed. */
export function notEmpty([from, to]: Range): Range {
  const half = Math.max(0.5, FINEST * Math.abs(from));
  return from < to ? [from, to] : [from - half, from + half];
}

/** The visible range after zooming around a place. */
export function zoomed(unit: AxisUnit, [from, to]: Range, factor: number, about: number): Range {
  const part = Math.max(factor, Math.max(LEAST[unit], FINEST * Math.abs(about)) / (to - from));
  return [about - (about - from) * part, about + (to - about) * part];
}

/** Moves a range into the whole one. Undefined if it would show all of it. */
export function within([from, to]: Range, all: Range): Range | undefined {
  const wide = to - from;
  if (wide >= all[1] - all[0]) return undefined;
  if (from < all[0]) return [all[0], all[0] + wide];
  if (to > all[1]) return [all[1] - wide, all[1]];
  return [from, to];
}

/** A brush after its end at the cursor has moved. */
export function extended(brush: Range | undefined, from: number, to: number): Range {
  const other = brush === undefined ? from : brush[0] === from ? brush[1] : brush[0];
  return [Math.min(other, to), Math.max(other, to)];
}
