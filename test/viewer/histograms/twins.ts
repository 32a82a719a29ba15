/** @file Slow, obviously correct twins of spread() and densityOf(). */
import type { HistogramSeries } from '../../../viewer/data/histogram-series.ts';
import type { Bins } from '../../../viewer/data/points.ts';

/** The share of a bin that lies in [from, to), if its values are evenly distributed. A bin of one value lies in it or not. */
function shareWithin(left: number, right: number, from: number, to: number, last: boolean): number {
  if (left === right) return (left >= from && left < to) || (last && left === to) ? 1 : 0;
  const overlap = Math.min(right, to) - Math.max(left, from);
  return overlap > 0 ? overlap / (right - left) : 0;
}

/** The counts below all rows, in each, and above them. */
export function rowsOf({ edges, counts }: Bins, borders: Float64Array): number[] {
  const rows = borders.length - 1;
  const limits = [Number.NEGATIVE_INFINITY, ...borders, Number.POSITIVE_INFINITY];
  return Array.from({ length: rows + 2 }, (_, i) => {
    let sum = 0;
    for (let bin = 0; bin < counts.length; bin++) {
      const [left, right] = [edges[bin]!, edges[bin + 1]!];
      // A single value on the upper border is in the last row, not above it.
      if (i === rows + 1 && left === right && left === borders[rows]) continue;
      sum += counts[bin]! * shareWithin(left, right, limits[i]!, limits[i + 1]!, i === rows);
    }
    return sum;
  });
}

/** The same for each pixel column of an image, adding every point to every pixel. */
export function pixelsOf(
  series: HistogramSeries,
  left: ArrayLike<number>,
  right: ArrayLike<number>,
  [from, to]: readonly [number, number],
  width: number,
  borders: Float64Array,
): number[][] {
  const pixel = (to - from) / width;
  return Array.from({ length: width }, (_, x) => {
    const sums = new Array<number>(borders.length + 1).fill(0);
    for (let column = 0; column < series.length; column++) {
      const overlap = Math.min(right[column]!, from + (x + 1) * pixel) - Math.max(left[column]!, from + x * pixel);
      if (overlap <= 0) continue;
      const share = overlap / Math.min(pixel, right[column]! - left[column]!);
      const { below, above } = series.summary(column);
      rowsOf(series.bins(column), borders).forEach((mass, row) => {
        sums[row]! += share * mass;
      });
      sums[0]! += share * (below || 0);
      sums[borders.length]! += share * (above || 0);
    }
    return sums;
  });
}
