import { ticks } from 'd3-array';
import { formatCount, formatShort } from '../cards/format-numbers.ts';
import type { Tick } from '../cards/value-axis.ts';
import type { AxisUnit, Range } from '../state/view-state.ts';
import { durationTicks, shortTime, timeTicks } from './time-ticks.ts';
import { formatDuration } from './times.ts';

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

/** Ticks of an axis of steps or of times. */
export function axisTicks(unit: AxisUnit, range: Range, length: number, distance: number): Tick[] {
  const ticks = { step: stepTicks, relative: durationTicks, wall: timeTicks }[unit];
  return ticks(range, length, distance);
}

/** A place on an axis in a few letters, where its unit is clear: `1,234`, `1h 20m`, `20:33:05`, `28 Nov`. */
export function shortPlace(unit: AxisUnit, at: number, visible: Range): string {
  if (unit === 'step') return Math.abs(at) < 1e6 ? formatCount(at) : formatShort(at);
  return unit === 'relative' ? formatDuration(at) : shortTime(at, visible);
}
