import type { Range } from '../state/view-state.ts';
import { columnAfter } from './columns.ts';
import type { RunHistograms, Scene } from './scene.ts';
import { spread } from './spread.ts';

export interface Curve {
  readonly of: RunHistograms;
  readonly column: number;
  /** Its place on the axis of steps or times. */
  readonly at: number;
  /** From 0 for the oldest of the drawn curves to 1 for the newest. */
  readonly age: number;
  /** Values per pixel, from left to right, one for every {@link CELL} pixels. */
  readonly heights: Float32Array;
  readonly highest: number;
}

/** Distance of the points of a curve, in CSS pixels. Narrower bins are added up. */
export const CELL = 6;

/** The most curves that eyes can distinguish. */
const MOST = 60;

/** At most `most` of the columns within this part of the axis, evenly spaced, with the first and the last. */
export function evenly({ columns }: RunHistograms, [from, to]: Range, most: number = MOST): number[] {
  let first = Math.max(0, columnAfter(columns, from) - 1);
  while (first < columns.length && columns.last[first]! < from) first++;
  let end = Math.min(columns.length, columnAfter(columns, to) + 1);
  while (end > first && columns.first[end - 1]! > to) end--;
  const count = Math.min(most, end - first);
  const span = end - 1 - first;
  return Array.from({ length: count }, (_, i) => first + Math.round((i * span) / Math.max(1, count - 1)));
}

/** The curves of the brushed part of the axis, or else of the visible one, from the oldest to the newest. */
export function curvesOf({ runs, axis, steps, brush }: Scene, width: number, most: number = MOST): Curve[] {
  const cells = Math.max(1, Math.round(width / CELL));
  const borders = Float64Array.from({ length: cells + 1 }, (_, x) => axis.valueAt(x / cells));
  const chosen = runs.flatMap((of) => {
    const columns = evenly(of, brush ?? steps, Math.ceil(Math.min(MOST, most) / runs.length));
    return columns.map((column) => ({ of, column, at: of.columns.first[column]! }));
  });
  chosen.sort((a, b) => a.at - b.at);
  const [oldest, newest] = [chosen[0]?.at ?? 0, chosen.at(-1)?.at ?? 0];
  return chosen.map((one) => {
    const sums = new Float32Array(cells + 2);
    spread(one.of.columns.bins(one.column), borders, sums, 0, cells / width);
    const heights = sums.subarray(1, cells + 1);
    const age = newest === oldest ? 1 : (one.at - oldest) / (newest - oldest);
    return { ...one, age, heights, highest: heights.reduce((most, height) => Math.max(most, height), 0) };
  });
}

/**
 * The height at which curves are cut off: the highest, unless it is more than three times the median, as when a layer
 * starts with equal values.
 */
export function ceilingOf(curves: readonly Curve[]): number {
  const highest = curves.map((curve) => curve.highest).sort((a, b) => a - b);
  const most = highest.at(-1) ?? 0;
  const usual = highest[highest.length >> 1] ?? 0;
  return usual > 0 ? Math.min(most, usual * 3) : most;
}

/** A line through the middles of the cells, x and y in turn, with gaps where the curve is 0. */
export function outline(
  { heights }: Curve,
  left: number,
  width: number,
  base: number,
  scale: number,
  most: number,
): number[] {
  const cell = width / heights.length;
  const points: number[] = [];
  for (let x = 0; x < heights.length; x++) {
    const empty = heights[x] === 0;
    if (empty && (heights[x - 1] ?? 0) === 0 && (heights[x + 1] ?? 0) === 0) {
      if (points.length > 0 && !Number.isNaN(points.at(-1)!)) points.push(Number.NaN, Number.NaN);
      continue;
    }
    points.push(left + (x + 0.5) * cell, base - Math.min(most, heights[x]! * scale));
  }
  return points;
}

/** The polygons between an outline and its base, one for each part without a gap. */
export const areas = (line: readonly number[], base: number): number[][] =>
  stretches(line).map(([start, end]) => [line[start]!, base, ...line.slice(start, end), line[end - 2]!, base]);

/** The parts of a line without a gap, of two points or more: [start, end) in an array of x and y in turn. */
export function stretches(line: readonly number[]): (readonly [start: number, end: number])[] {
  const found: (readonly [number, number])[] = [];
  let start = 0;
  for (let i = 0; i <= line.length; i += 2) {
    if (i < line.length && !Number.isNaN(line[i]!) && !Number.isNaN(line[i + 1]!)) continue;
    if (i - start > 2) found.push([start, i]);
    start = i + 2;
  }
  return found;
}
