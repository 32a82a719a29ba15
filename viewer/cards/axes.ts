import type { Range } from '../state/view-state.ts';
import { type Box, clamp } from './geometry.ts';
import { formatCount } from './numbers.ts';
import type { Painter } from './painter.ts';
import { stepTicks } from './step-axis.ts';
import type { Theme } from './theme.ts';
import type { ValueAxis } from './value-axis.ts';

const SMALL = 10;

/** An axis of values at the left of a box. */
export function paintValuesLeft(painter: Painter, box: Box, axis: ValueAxis, theme: Theme): void {
  for (const { value, label } of axis.ticks(box.height, 22)) {
    const y = box.top + (1 - axis.position(value)) * box.height;
    painter.line([box.left - 3, y, box.left, y], { colour: theme.ink3, width: 1 });
    painter.text(label, box.left - 6, clamp(y, box.top + 4, box.top + box.height - 4), {
      colour: theme.ink2,
      size: SMALL,
      align: 'right',
    });
  }
}

/** An axis of values under a box. */
export function paintValuesBelow(painter: Painter, box: Box, axis: ValueAxis, theme: Theme): void {
  const bottom = box.top + box.height;
  painter.line([box.left, bottom + 0.5, box.left + box.width, bottom + 0.5], { colour: theme.ink3, width: 1 });
  for (const { value, label } of axis.ticks(box.width, 56)) {
    const x = box.left + axis.position(value) * box.width;
    painter.line([x, bottom, x, bottom + 4], { colour: theme.ink3, width: 1 });
    painter.text(label, x, bottom + 12, { colour: theme.ink2, size: SMALL, align: 'center' });
  }
}

/** An axis of steps at `y`, which is below the box if lanes lie between. */
export function paintSteps(painter: Painter, box: Box, y: number, steps: Range, theme: Theme): void {
  painter.line([box.left, y + 0.5, box.left + box.width, y + 0.5], { colour: theme.ink3, width: 1 });
  const ticks = stepTicks(steps, box.width, 64);
  for (const { value, label } of ticks) {
    const x = box.left + ((value - steps[0]) / (steps[1] - steps[0])) * box.width;
    painter.line([x, y, x, y + 4], { colour: theme.ink3, width: 1 });
    painter.text(label, x, y + 12, { colour: theme.ink2, size: SMALL, align: 'center' });
  }
}

/** A text in the middle of an empty plot. */
export function paintEmpty(painter: Painter, box: Box, text: string, theme: Theme): void {
  painter.text(text, box.left + box.width / 2, box.top + box.height / 2, {
    colour: theme.ink2,
    size: 12,
    align: 'center',
    halo: theme.surface,
  });
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
    const label = run.length > 24 ? `${run.slice(0, 11)}\u2026${run.slice(-12)}` : run;
    const width = 22 + label.length * 5.6;
    const rest = runs.length - i;
    if (x + width > right) {
      painter.text(`and ${formatCount(rest)} more`, x, y, { colour: theme.ink2, size: SMALL });
      return;
    }
    painter.rectangle(x, y - 4, 8, 8, colour);
    painter.text(label, x + 12, y, { colour: theme.ink2, size: SMALL });
    x += width;
  }
}
