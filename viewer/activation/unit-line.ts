import { formatValue } from '../cards/format-numbers.ts';
import { type Box, clamp } from '../cards/geometry.ts';
import type { Painter } from '../cards/painter.ts';
import type { Theme } from '../cards/theme.ts';
import type { ValueRing } from './value-ring.ts';

/** Pixels of a card that the line takes. */
export const UNIT_HEIGHT = 76;

const LABELS = 46;
const SIZE = 10;

/** The values of a followed unit over steps, with a dot for each while there are few. Values that are not finite are gaps. */
export function paintUnit(painter: Painter, ring: ValueRing, box: Box, theme: Theme): void {
  const { top, height } = box;
  const [left, width] = [box.left + LABELS, box.width - LABELS - 8];
  const style = { colour: theme.ink2, size: SIZE, align: 'right' } as const;
  painter.line([box.left, top - 2, box.left + box.width, top - 2], { colour: theme.line, width: 1 });
  const { length } = ring;
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < length; i++) {
    const value = ring.value(i);
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) {
    const text = length === 0 ? 'waiting for the next output' : 'no finite value yet';
    painter.text(text, box.left + box.width / 2, top + height / 2, { ...style, align: 'center' });
    return;
  }
  const [first, last] = [ring.step(0), ring.step(length - 1)];
  const [upper, lower] = [top + 6, top + height - 16];
  const xOf = (step: number) => left + (last === first ? 0.5 : clamp((step - first) / (last - first), 0, 1)) * width;
  const yOf = (value: number) =>
    high === low ? (upper + lower) / 2 : upper + ((high - value) / (high - low)) * (lower - upper);
  const points: number[] = [];
  for (let i = 0; i < length; i++) {
    const value = ring.value(i);
    points.push(xOf(ring.step(i)), Number.isFinite(value) ? yOf(value) : Number.NaN);
  }
  painter.line(points, { colour: theme.accent, width: 1.5 });
  if (length <= 60) {
    for (let i = 0; i < points.length; i += 2) {
      if (!Number.isNaN(points[i + 1]!)) painter.rectangle(points[i]! - 1.5, points[i + 1]! - 1.5, 3, 3, theme.accent);
    }
  }
  painter.text(formatValue(high, 3), left - 5, upper, style);
  if (high > low) painter.text(formatValue(low, 3), left - 5, lower, style);
  painter.text(`step ${first}`, left, top + height - 5, { ...style, align: 'left' });
  if (last > first) painter.text(String(last), left + width, top + height - 5, style);
}
