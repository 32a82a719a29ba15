import { formatCount } from '../cards/format-numbers.ts';
import type { AxisUnit, Range } from '../state/view-state.ts';
import { formatDuration, formatTime } from './times.ts';

/** The name of a part of an axis: `steps 0–9`, `0s – 1h 20m`, `2026-11-28 20:33:05 – 21:10:00`. */
export function nameOfRange(unit: AxisUnit, [from, to]: Range): string {
  if (from === to) return nameOfPlace(unit, from);
  if (unit === 'step') return `steps ${formatCount(Math.round(from))}–${formatCount(Math.round(to))}`;
  const [first, last] = [nameOfPlace(unit, from), nameOfPlace(unit, to)];
  const day = unit === 'wall' ? first.slice(0, first.indexOf(' ') + 1) : '';
  return `${first} – ${last.startsWith(day) ? last.slice(day.length) : last}`;
}

/** The name of a place on an axis: `step 40`, `1h 20m`, `2026-11-28 20:33:05`. */
export function nameOfPlace(unit: AxisUnit, at: number): string {
  if (unit === 'step') return `step ${formatCount(at)}`;
  return unit === 'relative' ? formatDuration(at) : formatTime(at);
}
