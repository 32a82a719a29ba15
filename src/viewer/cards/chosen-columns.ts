import type { Range } from '../state/view-state.ts';
import { columnAfter } from './columns.ts';
import type { RunOfTag, Scene } from './scene.ts';
import { spread } from './spread.ts';

/** One column as a curve over the values. */
export interface Curve {
  readonly of: RunOfTag;
  readonly column: number;
  /** The step that it stands for. */
  readonly step: number;
  /** How old it is among those that are drawn: 0 the oldest, 1 the newest. */
  readonly age: number;
  /** How many values there are in each pixel from left to right. */
  readonly heights: Float32Array;
  readonly highest: number;
}

/** As many as an eye tells apart. */
const MOST = 60;

/** Columns that begin within these steps, evenly taken, the first and the last among them. */
export function evenly(of: RunOfTag, [from, to]: Range, most: number = MOST): number[] {
  const { series, columns } = of;
  let first = Math.max(0, columnAfter(columns, from) - 1);
  while (first < series.length && series.lastStep(first) < from) first++;
  let end = Math.min(series.length, columnAfter(columns, to) + 1);
  while (end > first && series.firstStep(end - 1) > to) end--;
  const count = Math.min(most, end - first);
  return Array.from(
    { length: count },
    (_, i) => first + Math.round(count === 1 ? 0 : (i * (end - 1 - first)) / (count - 1)),
  );
}

/** The curves of the brushed steps, or of all that are shown, from the oldest to the newest. */
export function curvesOf({ runs, axis, steps, view }: Scene, width: number): Curve[] {
  const pixels = Math.max(1, Math.round(width));
  const borders = Float64Array.from({ length: pixels + 1 }, (_, x) => axis.valueAt(x / pixels));
  const chosen = runs.flatMap((of) => {
    const columns = evenly(of, view.brush ?? steps, Math.ceil(MOST / runs.length));
    return columns.map((column) => ({ of, column, step: of.series.firstStep(column) }));
  });
  chosen.sort((a, b) => a.step - b.step);
  const [oldest, newest] = [chosen[0]?.step ?? 0, chosen.at(-1)?.step ?? 0];
  return chosen.map((one) => {
    const sums = new Float32Array(pixels + 2);
    spread(one.of.columns.bins[one.column]!, borders, sums, 0, 1);
    const heights = sums.subarray(1, pixels + 1);
    const age = newest === oldest ? 1 : (one.step - oldest) / (newest - oldest);
    return { ...one, age, heights, highest: heights.reduce((most, height) => Math.max(most, height), 0) };
  });
}

/**
 * How high a curve may be: as high as the highest, unless few tower above all others, as where a layer begins with
 * one value everywhere. These are cut off then.
 */
export function ceilingOf(curves: readonly Curve[]): number {
  const highest = curves.map((curve) => curve.highest).sort((a, b) => a - b);
  const most = highest.at(-1) ?? 0;
  const usual = highest[highest.length >> 1] ?? 0;
  return usual > 0 ? Math.min(most, usual * 3) : most;
}

/** A curve as a flight of stairs, from left to right, x and y in turn. */
export function stairs({ heights }: Curve, left: number, base: number, scale: number, most: number): number[] {
  const points: number[] = [];
  let last = Number.NaN;
  for (let x = 0; x < heights.length; x++) {
    const y = base - Math.min(most, heights[x]! * scale);
    if (y === last) {
      points[points.length - 2] = left + x + 1;
      continue;
    }
    points.push(left + x, y, left + x + 1, y);
    last = y;
  }
  return points;
}
