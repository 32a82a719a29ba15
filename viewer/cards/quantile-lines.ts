import type { Range } from '../state/view-state.ts';
import type { Columns } from './columns.ts';
import { columnAfter } from './columns.ts';
import { type Density, quantileAt } from './density.ts';
import type { Box } from './geometry.ts';

/** A column at least so many pixels wide has points of its own; narrower ones are read off the pixels. */
const WIDE = 2;

/**
 * Quantiles over steps as lines: for each share, x and y in turn, in CSS pixels of the card, above or below the
 * box where the quantile is not in the picture; NaN where there is a gap.
 * @param apart quantiles closer than so many CSS pixels are left out: all of the values between them are in one place, and
 *   lines would cover it
 */
export function quantileLines(
  density: Density,
  columns: Columns,
  steps: Range,
  box: Box,
  shares: readonly number[],
  apart: number,
): number[][] {
  const lines: number[][] = shares.map(() => []);
  const at = new Float64Array(shares.length);
  const { width, rows, covered } = density;
  const pixel = box.width / width;
  const perStep = width / (steps[1] - steps[0]);

  function add(x: number, left: number): void {
    quantileAt(density, x, shares, at);
    for (let s = 0; s < shares.length; s++) {
      const y = box.top + (1 - at[s]! / rows) * box.height;
      lines[s]!.push(box.left + left * pixel, together(s) || together(s - 1) ? Number.NaN : y);
    }
  }
  /** Whether the next quantile is at the same place. */
  function together(s: number): boolean {
    return s >= 0 && s + 1 < shares.length && at[s + 1]! - at[s]! < apart / pixel;
  }
  const gap = (): void => {
    for (const line of lines) line.push(Number.NaN, Number.NaN);
  };

  const first = columnAfter(columns, steps[0]);
  let last = first;
  while (last < columns.length && columns.left[last]! < steps[1]) last++;
  const wide = (last - first) * WIDE < width && last > first;
  if (!wide) {
    for (let x = 0; x < width; x++) {
      if (covered[x] === 1) add(x, x + 0.5);
      else if (x > 0 && covered[x - 1] === 1) gap();
    }
    return lines;
  }
  for (let column = first; column < last; column++) {
    const left = Math.max(0, (columns.left[column]! - steps[0]) * perStep);
    const right = Math.min(width, (columns.right[column]! - steps[0]) * perStep);
    const x = Math.min(width - 1, Math.floor((left + right) / 2));
    const alone = (side: number, other: number): boolean =>
      !(Math.abs(side - other) < 1e-6 * Math.abs(steps[1] - steps[0]));
    const begins = column === first || alone(columns.left[column]!, columns.right[column - 1]!);
    const ends = column === last - 1 || alone(columns.right[column]!, columns.left[column + 1]!);
    if (begins) add(x, left);
    add(x, (left + right) / 2);
    if (ends) {
      add(x, right);
      gap();
    }
  }
  return lines;
}
