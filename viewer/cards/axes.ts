import { axisTicks } from '../axes/ticks.ts';
import { shortened } from '../names/split-name.ts';
import type { AxisUnit, Range } from '../state/view-state.ts';
import { formatCount } from './format-numbers.ts';
import { type Box, clamp, INSET } from './geometry.ts';
import type { Painter, TextStyle } from './painter.ts';
import type { Theme } from './theme.ts';
import type { Tick, ValueAxis } from './value-axis.ts';

export const label = ({ ink2 }: Theme, align: 'left' | 'center' | 'right' = 'left'): TextStyle => ({
  colour: ink2,
  size: 10,
  align,
});

/** The width of a letter of a label, at most. */
const LETTER = 6.4;
const widthOf = (text: string): number => text.length * LETTER;
const widest = (ticks: readonly Tick[]): number => ticks.reduce((most, { label }) => Math.max(most, widthOf(label)), 0);

/** Values on the left, after the plot: labels of many digits have no room beside it, and are written into it. */
export function paintValuesLeft(painter: Painter, box: Box, axis: ValueAxis, theme: Theme): void {
  const ticks = axis.ticks(box.height, 22);
  const isInside = widest(ticks) > box.left - 6;
  const [x, style] = isInside
    ? [box.left + 4, { ...label(theme), halo: theme.surface }]
    : [box.left - 6, label(theme, 'right')];
  for (const { value, label: text } of ticks) {
    const y = box.top + (1 - axis.position(value)) * box.height;
    painter.line([box.left - 3, y, box.left, y], { colour: theme.ink3, width: 1 });
    painter.text(text, x, clamp(y, box.top + 4, box.top + box.height - 4), style);
  }
}

export function paintValuesBelow(painter: Painter, box: Box, axis: ValueAxis, theme: Theme): void {
  const ticks = ticksApart((distance) => axis.ticks(box.width, distance), 56);
  paintBelow(painter, box, box.top + box.height, ticks, axis.position, theme);
}

/** An axis of steps or times at `y`, which is below the box if lanes lie between. */
export function paintSteps(
  painter: Painter,
  box: Box,
  y: number,
  { unit, steps: [from, to] }: { readonly unit: AxisUnit; readonly steps: Range },
  theme: Theme,
): void {
  const ticks = ticksApart((distance) => axisTicks(unit, [from, to], box.width, distance), 64);
  paintBelow(painter, box, y, ticks, (place) => (place - from) / (to - from), theme);
}

/** Ticks beside each other, as far apart as their labels are long. */
function ticksApart(ticksOf: (distance: number) => Tick[], distance: number): Tick[] {
  const ticks = ticksOf(distance);
  const needed = widest(ticks) + 10;
  return ticks.length > 1 && needed > distance ? ticksApart(ticksOf, needed) : ticks;
}

function paintBelow(
  painter: Painter,
  { left, width }: Box,
  y: number,
  ticks: readonly Tick[],
  position: (value: number) => number,
  theme: Theme,
): void {
  painter.line([left, y + 0.5, left + width, y + 0.5], { colour: theme.ink3, width: 1 });
  for (const { value, label: text } of ticks) {
    const x = left + position(value) * width;
    painter.line([x, y, x, y + 4], { colour: theme.ink3, width: 1 });
    // The last label stays within the margin.
    const half = widthOf(text) / 2;
    painter.text(text, Math.max(half, Math.min(x, left + width + INSET.right - half)), y + 12, label(theme, 'center'));
  }
}

export function paintEmpty(painter: Painter, box: Box, text: string, theme: Theme): void {
  const style = { ...label(theme, 'center'), size: 12, halo: theme.surface };
  painter.text(text, box.left + box.width / 2, box.top + box.height / 2, style);
}

/** A legend of runs, with `and N more` for those that do not fit. */
export function paintRuns(
  painter: Painter,
  left: number,
  right: number,
  y: number,
  runs: readonly { run: string; colour: string }[],
  theme: Theme,
): void {
  let x = left;
  for (const [i, { run, colour }] of runs.entries()) {
    const name = shortened(run, 24);
    const width = 22 + name.length * 5.6;
    const rest = runs.length - i;
    if (x + width > right) {
      painter.text(`and ${formatCount(rest)} more`, x, y, label(theme));
      return;
    }
    painter.rectangle(x, y - 4, 8, 8, colour);
    painter.text(name, x + 12, y, label(theme));
    x += width;
  }
}
