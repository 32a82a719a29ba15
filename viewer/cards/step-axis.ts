import { ticks } from 'd3-array';
import type { Range } from '../state/view-state.ts';
import { formatCount, formatShort } from './format-numbers.ts';
import type { Tick } from './value-axis.ts';

/** Whole steps: as many as fit on an axis of this length with at least this distance between them. */
export function stepTicks([from, to]: Range, length: number, distance: number): Tick[] {
  const most = Math.max(1, Math.floor(length / distance));
  let steps: number[] = [];
  for (let count = most; count > 0; count--) {
    steps = ticks(from, to, count).filter(Number.isInteger);
    if (steps.length <= most) break;
  }
  // ticks() may give both ends, however few are asked for.
  steps = steps.slice(0, most);
  // 1.5M, but 1,500,001 if several steps would be called 1.5M.
  const short = steps.map((step) => (Math.abs(step) < 1e4 ? formatCount(step) : formatShort(step)));
  const distinct = new Set(short).size === steps.length && (steps.length > 1 || (steps[0] ?? 0) % 1000 === 0);
  return steps.map((value, i) => ({ value, label: distinct ? short[i]! : formatCount(value) }));
}

/** The visible steps after zooming around the step `about`; never narrower than one step. */
export function zoomSteps([from, to]: Range, factor: number, about: number): Range {
  const wide = (to - from) * factor;
  if (wide < 1) return [about - (about - from) / (to - from), about + (to - about) / (to - from)];
  return [about - (about - from) * factor, about + (to - about) * factor];
}

/** Moves a range into that of all steps. Undefined if it would show all of them. */
export function withinSteps([from, to]: Range, all: Range): Range | undefined {
  const wide = to - from;
  if (wide >= all[1] - all[0]) return undefined;
  if (from < all[0]) return [all[0], all[0] + wide];
  if (to > all[1]) return [all[1] - wide, all[1]];
  return [from, to];
}

/** The brush after its end at the cursor has moved. */
export function extended(brush: Range | undefined, from: number, to: number): Range {
  const other = brush === undefined ? from : brush[0] === from ? brush[1] : brush[0];
  return [Math.min(other, to), Math.max(other, to)];
}
