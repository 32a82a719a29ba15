import { axisTicks } from '../axes/ticks.ts';
import type { AxisUnit, Range } from '../state/view-state.ts';
import { formatCount } from './format-numbers.ts';
import { type Box, clamp } from './geometry.ts';
import type { Painter, TextStyle } from './painter.ts';
import type { Theme } from './theme.ts';
import type { Tick, ValueAxis } from './value-axis.ts';

export const label = ({ ink2 }: Theme, align: 'left' | 'center' | 'right' = 'left'): TextStyle => ({
  colour: ink2,
  size: 10,
  align,
});

export function paintValuesLeft(painter: Painter, box: Box, axis: ValueAxis, theme: Theme): void {
  for (const { value, label: text } of axis.ticks(box.height, 22)) {
    const y = box.top + (1 - axis.position(value)) * box.height;
    painter.line([box.left - 3, y, box.left, y], { colour: theme.ink3, width: 1 });
    painter.text(text, box.left - 6, clamp(y, box.top + 4, box.top + box.height - 4), label(theme, 'right'));
  }
}

export function paintValuesBelow(painter: Painter, box: Box, axis: ValueAxis, theme: Theme): void {
  paintBelow(painter, box, box.top + box.height, axis.ticks(box.width, 56), axis.position, theme);
}

/** An axis of steps or times at `y`, which is below the box if lanes lie between. */
export function paintSteps(
  painter: Painter,
  box: Box,
  y: number,
  { unit, steps: [from, to] }: { readonly unit: AxisUnit; readonly steps: Range },
  theme: Theme,
): void {
  const ticks = axisTicks(unit, [from, to], box.width, 64);
  paintBelow(painter, box, y, ticks, (place) => (place - from) / (to - from), theme);
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
    painter.text(text, x, y + 12, label(theme, 'center'));
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
    const name = run.length > 24 ? `${run.slice(0, 11)}\u2026${run.slice(-12)}` : run;
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
