import type { Box } from '../cards/geometry.ts';
import type { Range } from '../state/view-state.ts';
import { type Columns, columnsWithin } from './columns.ts';
import type { Density } from './density.ts';

/** Columns at least this many pixels wide get points of their own; narrower ones get a point per pixel. */
const WIDE = 2;

/**
 * Quantiles over steps: a line for each share, x and y in turn in CSS pixels, with NaN in gaps. Quantiles outside the
 * image are above or below the box.
 * @param apart least distance of two quantiles, in CSS pixels. Closer ones are left out, so that lines do not cover the
 *   narrow bin they lie in.
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
  function together(s: number): boolean {
    return s >= 0 && s + 1 < shares.length && at[s + 1]! - at[s]! < apart / pixel;
  }
  const gap = (): void => {
    for (const line of lines) line.push(Number.NaN, Number.NaN);
  };

  const [first, last] = columnsWithin(columns, steps);
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

/** Where a quantile outside the image is drawn, in pixels from its edge. */
const OUTSIDE = 4;

/**
 * Writes the quantiles of a pixel column to `into`, in pixels from the bottom. NaN if the column has no values; less than
 * 0 or more than `rows` outside the image.
 */
export function quantileAt({ mass, rows }: Density, x: number, shares: readonly number[], into: Float64Array): void {
  const start = x * (rows + 2);
  let total = 0;
  for (let i = start; i < start + rows + 2; i++) total += mass[i]!;
  let row = 0;
  let below = 0;
  for (let s = 0; s < shares.length; s++) {
    if (total === 0) {
      into[s] = Number.NaN;
      continue;
    }
    const wanted = shares[s]! * total;
    while (row < rows + 1 && below + mass[start + row]! < wanted) below += mass[start + row++]!;
    if (row === 0) into[s] = -OUTSIDE;
    else if (row === rows + 1) into[s] = rows + OUTSIDE;
    else into[s] = row - 1 + Math.max(0, Math.min(1, (wanted - below) / (mass[start + row]! || 1)));
  }
}
